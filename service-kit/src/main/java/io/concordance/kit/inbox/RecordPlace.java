package io.concordance.kit.inbox;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a record lies in the log, written {@code topic:partition:offset}. */
record RecordPlace(String topic, int partition, long offset) {
    private static final Pattern TEXT =
            Pattern.compile("(?<topic>[A-Za-z0-9._-]{1,249}):(?<partition>\\d{1,9}):(?<offset>\\d{1,18})");

    /** Empty for what is no place. */
    static Optional<RecordPlace> parse(String text) {
        Matcher form = TEXT.matcher(text);
        return form.matches()
                ? Optional.of(new RecordPlace(
                        form.group("topic"),
                        Integer.parseInt(form.group("partition")),
                        Long.parseLong(form.group("offset"))))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return topic + ":" + partition + ":" + offset;
    }
}
