package io.concordance.registry.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.concordance.contracts.json.Json;
import io.concordance.registry.audit.AuditChain.Noted;
import io.concordance.registry.audit.AuditChain.Verification;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AuditChainTest {
    private static final int ENTRIES = 6;

    private final List<AuditEntry> entries = chain();

    @Test
    void aChainThatNobodyTouchedHolds() {
        Verification found = verify(entries, null);
        assertThat(found.broken()).isNull();
        assertThat(found.entries()).isEqualTo(ENTRIES);
        assertThat(found.head()).isEqualTo(entries.getLast().digest());
        assertThat(verify(List.of(), null)).isEqualTo(new Verification(0, AuditChain.START, null));
    }

    @Test
    void aChangeOfAnyPartOfAnyEntryNamesThatEntry() {
        List<UnaryOperator<AuditEntry>> changes = List.of(
                e -> with(e, e.at().plusMillis(1), e.who(), e.action(), e.subject(), e.why(), e.before(), e.after()),
                e -> with(e, e.at(), "eve", e.action(), e.subject(), e.why(), e.before(), e.after()),
                e -> with(e, e.at(), e.who(), "published", e.subject(), e.why(), e.before(), e.after()),
                e -> with(e, e.at(), e.who(), e.action(), "f_other", e.why(), e.before(), e.after()),
                e -> with(e, e.at(), e.who(), e.action(), e.subject(), "because", e.before(), e.after()),
                e -> with(e, e.at(), e.who(), e.action(), e.subject(), e.why(), json("{\"k\":9}"), e.after()),
                e -> with(e, e.at(), e.who(), e.action(), e.subject(), e.why(), e.before(), null));
        for (int at = 0; at < ENTRIES; at++) {
            for (int change = 0; change < changes.size(); change++) {
                List<AuditEntry> changed = new ArrayList<>(entries);
                changed.set(at, changes.get(change).apply(entries.get(at)));
                Verification found = verify(changed, null);
                assertThat(found.broken())
                        .as("change %d of entry %d", change, at + 1)
                        .isEqualTo(new AuditChain.Break(at + 1L, "has other content than its digest"));
                assertThat(found.entries()).isEqualTo(at);
            }
        }
    }

    @Test
    void anEntryThatWasWrittenAnewWithItsDigestNamesTheNextOne() {
        AuditEntry third = entries.get(2);
        AuditEntry forged =
                with(third, third.at(), "eve", third.action(), third.subject(), third.why(), null, third.after());
        List<AuditEntry> changed = new ArrayList<>(entries);
        changed.set(2, withDigest(forged, AuditChain.digest(forged)));
        assertThat(verify(changed, null).broken())
                .isEqualTo(new AuditChain.Break(4, "does not hold the digest of entry 3 as it is now"));
    }

    @Test
    void anEntryThatWasTakenOutNamesTheNextOne() {
        List<AuditEntry> changed = new ArrayList<>(entries);
        changed.remove(1);
        assertThat(verify(changed, null).broken())
                .isEqualTo(new AuditChain.Break(3, "comes after entry 1: entries between them are missing"));
    }

    @Test
    void anEndThatWasCutOffIsMissedByWhoNotedIt() {
        Noted noted = new Noted(ENTRIES, entries.getLast().digest());
        assertThat(verify(entries, noted).broken()).isNull();
        List<AuditEntry> cut = entries.subList(0, ENTRIES - 1);
        assertThat(verify(cut, null).broken()).isNull();
        assertThat(verify(cut, noted).broken()).isEqualTo(new AuditChain.Break(ENTRIES, "is missing"));
    }

    private static Verification verify(List<AuditEntry> entries, @Nullable Noted noted) {
        AuditChain chain = new AuditChain();
        entries.forEach(chain::next);
        return chain.end(
                noted,
                entries.stream()
                        .filter(entry -> noted != null && entry.id() == noted.entry())
                        .map(AuditEntry::digest)
                        .findFirst()
                        .orElse(null));
    }

    private static List<AuditEntry> chain() {
        List<AuditEntry> entries = new ArrayList<>();
        String previous = AuditChain.START;
        for (int i = 1; i <= ENTRIES; i++) {
            AuditEntry open = new AuditEntry(
                    i,
                    Instant.parse("2026-01-02T03:04:05.006Z").plusSeconds(i),
                    "ada",
                    "proposed",
                    "f_" + i,
                    "it fires \u201cbefore\u201d the act",
                    json("{\"q\":1e-7,\"k\":" + i + "}"),
                    json("{\"state\":\"proposed\"}"),
                    previous,
                    "");
            entries.add(withDigest(open, AuditChain.digest(open)));
            previous = entries.getLast().digest();
        }
        return entries;
    }

    private static AuditEntry with(
            AuditEntry e,
            Instant at,
            String who,
            String action,
            String subject,
            String why,
            @Nullable JsonNode before,
            @Nullable JsonNode after) {
        return new AuditEntry(e.id(), at, who, action, subject, why, before, after, e.previous(), e.digest());
    }

    private static AuditEntry withDigest(AuditEntry e, String digest) {
        return new AuditEntry(
                e.id(), e.at(), e.who(), e.action(), e.subject(), e.why(), e.before(), e.after(), e.previous(), digest);
    }

    private static JsonNode json(String text) {
        return Json.read(text.getBytes(StandardCharsets.UTF_8), JsonNode.class);
    }
}
