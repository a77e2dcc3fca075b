package io.concordance.registry.study;

import io.concordance.registry.page.StudyListing.StudyLink;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the list of studies says, as text.
 *
 * @param next cursor of the page behind this one; null on the last one
 */
record StudyListPage(List<Row> studies, @Nullable String next) {
    private static final DateTimeFormatter MINUTES =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    record Row(String id, String name, String state, String stage, String at) {
        static Row of(StudyLink study) {
            return new Row(study.id(), study.name(), study.state(), study.stage(), MINUTES.format(study.createdAt()));
        }
    }
}
