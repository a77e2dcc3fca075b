package io.concordance.kit.inbox;

import org.jspecify.annotations.Nullable;

/**
 * A header of a record; names may repeat, the last one counts.
 *
 * @param value as UTF-8, with what is not replaced; null where there was none
 */
record RecordHeader(String name, @Nullable String value) {}
