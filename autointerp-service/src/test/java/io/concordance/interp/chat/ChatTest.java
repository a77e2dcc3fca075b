package io.concordance.interp.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.concordance.interp.chat.ChatFailure.BudgetSpent;
import io.concordance.interp.chat.ChatFailure.NoAnswer;
import io.concordance.interp.chat.ChatFailure.Refused;
import io.concordance.interp.chat.ChatFailure.Unavailable;
import io.concordance.interp.chat.ChatPrompt.Message;
import java.net.InetAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTest {
    private static final Budget AMPLE = new Budget(1_000_000, null, null, null);
    private static final ChatPrompt PROMPT =
            new ChatPrompt(List.of(new Message("system", "Judge."), new Message("user", "a poison")), 50);
    private static ChatServer server;

    private final MemoryLedger ledger = new MemoryLedger(AMPLE);

    @BeforeAll
    static void start() throws Exception {
        server = new ChatServer();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void well() throws Exception {
        server.be("well");
    }

    private Chat chat() {
        return ChatSettings.chat(server, ledger, AMPLE, Map.of());
    }

    @Test
    void aQuestionIsAskedOnceAndPaidOnce() throws Exception {
        int before = server.requests();

        assertThat(chat().ask(PROMPT).text()).isEqualTo("VERDICT: yes");
        assertThat(chat().ask(PROMPT).text()).isEqualTo("VERDICT: yes");

        assertThat(server.requests() - before).isEqualTo(1);
        assertThat(ledger.tokens()).isEqualTo(40);
    }

    @Test
    void aBusyEndpointIsAskedAgain() throws Exception {
        int before = server.be("limited").requests();

        assertThat(chat().ask(PROMPT).text()).isEqualTo("VERDICT: yes");

        assertThat(server.requests() - before).isEqualTo(3);
    }

    @Test
    void whoIsToldToWaitLongerThanAnAttemptMayWaitsElsewhere() throws Exception {
        int before = server.be("patient").requests();

        assertThatThrownBy(() -> chat().ask(PROMPT))
                .isInstanceOfSatisfying(
                        Unavailable.class, e -> assertThat(e.retryAfterMillis()).isEqualTo(3_600_000));

        assertThat(server.requests() - before).isEqualTo(1);
        assertThat(ledger.tokens()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"broken", "locked", "redirect"})
    void anEndpointInTroubleIsUnavailableAndCostsNothing(String mode) throws Exception {
        server.be(mode);

        assertThatThrownBy(() -> chat().ask(PROMPT)).isInstanceOf(Unavailable.class);

        assertThat(ledger.tokens()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "other", "slow", "huge"})
    void whatIsNoAnswerIsNoneAndCountsForTheMostItCanHaveTaken(String mode) throws Exception {
        server.be(mode);

        assertThatThrownBy(() -> chat().ask(PROMPT)).isInstanceOf(NoAnswer.class);

        assertThat(ledger.tokens()).isEqualTo(PROMPT.tokenBound() + PROMPT.maxTokens());
        server.be("well");
        assertThat(chat().ask(PROMPT).text()).isEqualTo("VERDICT: yes");
    }

    @Test
    void tenMegabytesAreNotReadToTheEnd() throws Exception {
        server.be("huge");

        assertThatThrownBy(() -> ChatSettings.chat(server, ledger, AMPLE, Map.of("answer-bytes", "10000"))
                        .ask(PROMPT))
                .hasMessageContaining("more than 10000 bytes");

        assertThat(server.stats().path("hugeBytes").asLong()).isLessThan(10 << 20);
    }

    @Test
    void aQuestionThatIsRefusedFailsForGood() throws Exception {
        int before = server.be("refusing").requests();

        assertThatThrownBy(() -> chat().ask(PROMPT))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("too long a context");

        assertThat(server.requests() - before).isEqualTo(1);
    }

    @Test
    void aServerThatIsGoneIsUnavailableUntilItIsBack() throws Exception {
        try (ChatServer mortal = new ChatServer()) {
            Chat chat = ChatSettings.chat(mortal, ledger, AMPLE, Map.of());
            mortal.kill();
            assertThatThrownBy(() -> chat.ask(PROMPT)).isInstanceOf(Unavailable.class);
            mortal.start();
            assertThat(chat.ask(PROMPT).text()).isEqualTo("VERDICT: yes");
        }
    }

    @Test
    void nothingIsAskedThatMayGoOverTheBudget() throws Exception {
        int before = server.requests();
        int most = PROMPT.tokenBound() + PROMPT.maxTokens();
        Budget tokens = new Budget(most - 1, null, null, null);
        Budget money = new Budget(1000, most * 1e-6 - 1e-9, 1.0, 1.0);

        for (Budget tight : List.of(tokens, money)) {
            assertThatThrownBy(() -> ChatSettings.chat(server, new MemoryLedger(tight), tight, Map.of())
                            .ask(PROMPT))
                    .isInstanceOf(BudgetSpent.class);
        }
        assertThat(server.requests()).isEqualTo(before);

        Budget enough = new Budget(most, most * 1e-6 + 1e-9, 1.0, 1.0);
        MemoryLedger spent = new MemoryLedger(enough);
        ChatSettings.chat(server, spent, enough, Map.of()).ask(PROMPT);
        assertThat(spent.money()).isEqualTo(40e-6, within(1e-12));
    }

    @Test
    void textsAreWeighedWhereTheEndpointCan() throws Exception {
        assertThat(chat().logProbability("about prod\n\n", "the prod it").orElseThrow())
                .isEqualTo(-7, within(1e-9));
        assertThat(chat().logProbability("\uD83D\uDE00 prod\n\n", "prod prod").orElseThrow())
                .isEqualTo(-2, within(1e-9));
        server.be("unweighted");
        assertThat(chat().logProbability("a\n\n", "b")).isEmpty();
        server.be("refusing");
        assertThat(chat().logProbability("a\n\n", "c")).isEmpty();
        server.be("broken");
        assertThatThrownBy(() -> chat().logProbability("a\n\n", "d")).isInstanceOf(Unavailable.class);
    }

    @Test
    void aNameThatTurnsToAPrivateAddressAfterItWasCheckedIsNotSpokenTo() throws Exception {
        int before = server.requests();
        ChatConfig open = ChatSettings.of(Map.of("allowed-hosts", "127.0.0.1"));
        Endpoint stored = new Endpoints(open).check(new Endpoint(server.baseUrl(), "m", null, TrustTier.WEAKER));
        ChatConfig closed = ChatSettings.of(Map.of("attempts", "1"));
        for (String url : List.of(stored.baseUrl(), "http://localhost:" + server.port() + "/v1")) {
            Endpoint turned = new Endpoint(url, "m", null, TrustTier.WEAKER);
            EndpointClient client = new EndpointClient(closed, new Endpoints(closed));
            assertThatThrownBy(() -> client.post(turned, "/chat/completions", new byte[] {'{', '}'}))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("private, loopback");
        }
        assertThat(InetAddress.getByName("localhost").isLoopbackAddress()).isTrue();
        assertThat(server.requests()).isEqualTo(before);
    }

    @Test
    void aRequestToWaitIsReadInSecondsAndAsADate() {
        String inTenMinutes = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plusSeconds(600).atOffset(ZoneOffset.UTC));

        assertThat(EndpointClient.retryAfter("7")).isEqualTo(7000);
        assertThat(EndpointClient.retryAfter(inTenMinutes)).isBetween(590_000L, 600_000L);
        assertThat(EndpointClient.retryAfter("soon")).isZero();
        assertThat(EndpointClient.retryAfter("-5")).isZero();
        assertThat(EndpointClient.retryAfter("99999999999999999999")).isBetween(0L, 86_400_000L);
        assertThat(EndpointClient.retryAfter("9223372036854775")).isEqualTo(86_400_000);
    }
}
