package io.concordance.interp.chat;

import io.concordance.contracts.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What each piece of work spent, and the answers that all of them share. */
@ApplicationScoped
class PostgresLedgers {
    /** What rounding may add up to over the life of a budget. */
    private static final double TOLERANCE = 1e-9;

    private final Jdbi jdbi;

    PostgresLedgers(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    Ledger of(UUID work) {
        return new Account(work);
    }

    private final class Account implements Ledger {
        private final UUID work;

        Account(UUID work) {
            this.work = work;
        }

        @Override
        public Optional<Answered> known(String question) {
            return jdbi.withHandle(handle -> handle.createQuery(
                            "select answer from chat_answer where question = :question")
                    .bind("question", question)
                    .mapTo(String.class)
                    .findOne()
                    .map(json -> Json.read(json.getBytes(StandardCharsets.UTF_8), Answered.class)));
        }

        @Override
        public boolean reserve(Usage most, double money) {
            return jdbi.withHandle(handle -> handle.createUpdate("""
                            update chat_work
                            set reserved_tokens = reserved_tokens + :tokens, reserved_money = reserved_money + :money
                            where id = :id
                              and prompt_tokens + answer_tokens + reserved_tokens + :tokens <= budget_tokens
                              and (budget_money is null or money + reserved_money + :money <= budget_money + :tolerance)
                            """)
                            .bind("id", work)
                            .bind("tokens", most.tokens())
                            .bind("money", money)
                            .bind("tolerance", TOLERANCE)
                            .execute()
                    == 1);
        }

        @Override
        public void settle(
                Usage most, double reserved, Usage taken, double money, String question, @Nullable Answered answered) {
            jdbi.useTransaction(handle -> {
                handle.createUpdate("""
                                update chat_work
                                set reserved_tokens = greatest(0, reserved_tokens - :reservedTokens),
                                    reserved_money = greatest(0, reserved_money - :reservedMoney),
                                    prompt_tokens = prompt_tokens + :promptTokens,
                                    answer_tokens = answer_tokens + :answerTokens,
                                    money = money + :money, questions = questions + :questions
                                where id = :id
                                """)
                        .bind("id", work)
                        .bind("reservedTokens", most.tokens())
                        .bind("reservedMoney", reserved)
                        .bind("promptTokens", taken.promptTokens())
                        .bind("answerTokens", taken.completionTokens())
                        .bind("money", money)
                        .bind("questions", answered == null ? 0 : 1)
                        .execute();
                if (answered != null) {
                    handle.createUpdate("""
                                    insert into chat_answer (question, answer) values (:question, cast(:answer as json))
                                    on conflict do nothing
                                    """)
                            .bind("question", question)
                            .bind("answer", new String(Json.bytes(answered), StandardCharsets.UTF_8))
                            .execute();
                }
            });
        }
    }
}
