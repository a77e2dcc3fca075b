package io.concordance.kit.inbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.event.Events;
import io.concordance.kit.inbox.DeadLetter.State;
import io.concordance.kit.outbox.Outbox;
import io.concordance.kit.problem.ProblemException;
import io.concordance.kit.trace.Traces;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Records that no repetition would make acceptable, kept for a person to look at and deal with. */
@ApplicationScoped
class PostgresDeadLetters {
    private static final int LONGEST_TEXT = 1000;
    private static final int LONGEST_VALUE = 64 * 1024;
    private static final String COLUMNS = """
            topic, partition_id, record_offset, record_key, reason, coalesce(length(value), 0) as bytes, at, state,
            ended_at, ended_by, ended_why
            """;
    private static final Pattern TRACE_PARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    private static final String PLACE = "topic = :topic and partition_id = :partition and record_offset = :offset";

    private final Jdbi jdbi;
    private final Outbox outbox;
    private final Instance<DeadLetterWitness> witnesses;

    PostgresDeadLetters(Jdbi jdbi, Outbox outbox, Instance<DeadLetterWitness> witnesses) {
        this.jdbi = jdbi;
        this.outbox = outbox;
        this.witnesses = witnesses;
    }

    /**
     * A letter with its record.
     *
     * @param value at most 65536 characters of it as UTF-8, null where there was none
     * @param cut whether there is more of it
     */
    record Opened(
            DeadLetter letter,
            List<RecordHeader> headers,
            @Nullable String value,
            boolean cut) {}

    /** What the row has, byte for byte. */
    private record Kept(
            DeadLetter letter,
            RecordPlace place,
            @Nullable String key,
            List<RecordHeader> headers,
            byte @Nullable [] value) {}

    /**
     * Puts a record aside. One that is delivered again stays as it is; another one in its place, after the log was begun
     * anew, takes its place here too.
     */
    static void save(Handle handle, ConsumerRecord<?, ?> message, @Nullable String reason) {
        handle.createUpdate("""
                        insert into dead_letter (topic, partition_id, record_offset, record_key, headers, value, reason)
                        values (:topic, :partition, :offset, :key, :headers, :value, :reason)
                        on conflict (topic, partition_id, record_offset) do update
                        set record_key = excluded.record_key, headers = excluded.headers, value = excluded.value,
                            reason = excluded.reason, at = excluded.at, state = 'waiting', ended_at = null,
                            ended_by = null, ended_why = null
                        where (dead_letter.record_key, dead_letter.headers, dead_letter.value)
                              is distinct from (excluded.record_key, excluded.headers, excluded.value)
                        """)
                .bind("topic", message.topic())
                .bind("partition", message.partition())
                .bind("offset", message.offset())
                .bind(
                        "key",
                        message.key() == null ? null : storable(message.key().toString()))
                .bind("headers", headers(message))
                .bind("value", message.value() instanceof byte[] bytes ? bytes : null)
                .bind("reason", reason == null ? null : storable(reason))
                .execute();
    }

    private static String headers(ConsumerRecord<?, ?> message) {
        List<RecordHeader> headers = new ArrayList<>();
        for (Header header : message.headers()) {
            headers.add(new RecordHeader(
                    header.key(), header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8)));
        }
        return new String(Json.bytes(headers), StandardCharsets.UTF_8);
    }

    /** PostgreSQL text cannot hold NUL. */
    private static String storable(String text) {
        return text.replace('\0', '\uFFFD');
    }

    /** Newest first, from behind {@code before} on; of one state, or of all where it is null. */
    List<DeadLetter> page(@Nullable State state, @Nullable RecordPlace before, int limit) {
        return jdbi.withHandle(handle -> handle.createQuery("select " + COLUMNS + """
                        from dead_letter
                        where (cast(:state as text) is null or state = :state)
                          and (cast(:topic as text) is null
                               or (at, topic, partition_id, record_offset) < (
                                   select at, topic, partition_id, record_offset from dead_letter where %s))
                        order by at desc, topic desc, partition_id desc, record_offset desc limit :limit
                        """.formatted(PLACE))
                .bind("state", state == null ? null : state.text())
                .bind("topic", before == null ? null : before.topic())
                .bind("partition", before == null ? 0 : before.partition())
                .bind("offset", before == null ? 0 : before.offset())
                .bind("limit", limit)
                .map((row, context) -> letter(row))
                .list());
    }

    Optional<Opened> open(RecordPlace place) {
        return jdbi.withHandle(handle -> find(handle, place, "")).map(kept -> {
            List<RecordHeader> headers = kept.headers.stream()
                    .map(header ->
                            new RecordHeader(VisibleText.line(header.name(), LONGEST_TEXT), line(header.value())))
                    .toList();
            String value = kept.value == null ? null : new String(kept.value, StandardCharsets.UTF_8);
            return new Opened(
                    kept.letter,
                    headers,
                    value == null ? null : VisibleText.of(value, LONGEST_VALUE),
                    value != null && value.codePointCount(0, value.length()) > LONGEST_VALUE);
        });
    }

    /**
     * Has the record published again to its topic, under its own key and id; one that was replayed already stays as it is.
     *
     * @throws ProblemException 409 where it was discarded, 422 where it is no event
     */
    Optional<DeadLetter> replay(RecordPlace place, String by) {
        return end(place, State.REPLAYED, by, null, (handle, kept) -> {
            try {
                outbox.repeat(handle, place.topic(), Events.text(message(kept)), traceParent(kept));
            } catch (FieldProblem | IllegalArgumentException problem) {
                throw ProblemException.unprocessable("Dead letter " + place + " is no event that can be published: "
                        + VisibleText.line(String.valueOf(problem.getMessage()), LONGEST_TEXT));
            }
        });
    }

    /**
     * Says that nothing more is to be done; what was discarded already stays as it is.
     *
     * @throws ProblemException 409 where it was replayed
     */
    Optional<DeadLetter> discard(RecordPlace place, String by, String why) {
        return end(place, State.DISCARDED, by, why, (handle, kept) -> {});
    }

    private interface Work {
        void on(Handle handle, Kept kept);
    }

    private Optional<DeadLetter> end(RecordPlace place, State end, String by, @Nullable String why, Work work) {
        return jdbi.inTransaction(handle -> {
            Optional<Kept> found = find(handle, place, "for update");
            if (found.isEmpty() || found.get().letter.state() == end) {
                return found.map(Kept::letter);
            }
            if (found.get().letter.state() != State.WAITING) {
                throw ProblemException.conflict("Dead letter " + place + " was "
                        + found.get().letter.state().text() + " already.");
            }
            work.on(handle, found.get());
            handle.createUpdate(
                            "update dead_letter set state = :state, ended_at = now(), ended_by = :by, ended_why = :why where "
                                    + PLACE)
                    .bind("state", end.text())
                    .bind("by", by)
                    .bind("why", why)
                    .bind("topic", place.topic())
                    .bind("partition", place.partition())
                    .bind("offset", place.offset())
                    .execute();
            Optional<DeadLetter> ended = find(handle, place, "").map(Kept::letter);
            witnesses.forEach(witness -> witness.ended(place.toString(), end.text(), by, why));
            return ended;
        });
    }

    private static Optional<Kept> find(Handle handle, RecordPlace place, String lock) {
        return handle.createQuery("select " + COLUMNS + ", headers, value from dead_letter where " + PLACE + " " + lock)
                .bind("topic", place.topic())
                .bind("partition", place.partition())
                .bind("offset", place.offset())
                .map((row, context) -> new Kept(
                        letter(row),
                        place,
                        row.getString("record_key"),
                        readHeaders(row.getString("headers")),
                        row.getBytes("value")))
                .findOne();
    }

    private static ConsumerRecord<String, byte[]> message(Kept kept) {
        if (kept.key != null && kept.key.indexOf('\uFFFD') >= 0) {
            throw new FieldProblem("key", kept.key, "a key that could be kept as it was");
        }
        ConsumerRecord<String, byte[]> message = new ConsumerRecord<>(
                kept.place.topic(), kept.place.partition(), kept.place.offset(), kept.key, kept.value);
        for (RecordHeader header : kept.headers) {
            message.headers()
                    .add(
                            header.name(),
                            header.value() == null ? null : header.value().getBytes(StandardCharsets.UTF_8));
        }
        return message;
    }

    private static @Nullable String traceParent(Kept kept) {
        return kept.headers.stream()
                .filter(header -> header.name().equals(Traces.PARENT))
                .map(RecordHeader::value)
                .filter(value -> value != null && TRACE_PARENT.matcher(value).matches())
                .findFirst()
                .orElse(null);
    }

    private static List<RecordHeader> readHeaders(String json) {
        try {
            return Json.mapper().readValue(json, new TypeReference<List<RecordHeader>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DeadLetter letter(ResultSet row) throws SQLException {
        RecordPlace place =
                new RecordPlace(row.getString("topic"), row.getInt("partition_id"), row.getLong("record_offset"));
        Timestamp ended = row.getTimestamp("ended_at");
        return new DeadLetter(
                place.toString(),
                place.topic(),
                place.partition(),
                place.offset(),
                line(row.getString("record_key")),
                line(row.getString("reason")),
                row.getInt("bytes"),
                row.getTimestamp("at").toInstant(),
                State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                ended == null ? null : ended.toInstant(),
                line(row.getString("ended_by")),
                line(row.getString("ended_why")));
    }

    private static @Nullable String line(@Nullable String text) {
        return text == null ? null : VisibleText.line(text, LONGEST_TEXT);
    }
}
