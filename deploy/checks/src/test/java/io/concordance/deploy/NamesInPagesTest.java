package io.concordance.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.concordance.contracts.event.Topics;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics and settings that pages name exist in the code, and the other way round. */
class NamesInPagesTest {
    private static final Pattern TOPIC = Pattern.compile("concordance(\\.[a-z-]+)+\\.v\\d+");
    private static final Pattern KEY = Pattern.compile("`(concordance(?:\\.[a-z0-9-]+)+)`");

    @ParameterizedTest
    @ValueSource(strings = {"docs/interfaces.md", "docs/asyncapi.yaml"})
    void theCatalogueHasEveryTopicAndNoOther(String page) {
        assertThat(topics(page))
                .containsExactlyInAnyOrderElementsOf(
                        Topics.all().stream().map(Topics.Topic::name).collect(Collectors.toSet()));
    }

    @Test
    void pagesNameOnlySettingsThatExist() {
        Set<String> known = new TreeSet<>(Descriptions.OURS.keySet());
        Settings.declared().forEach(setting -> known.add(setting.key()));
        Topics.all().forEach(topic -> known.add(topic.name()));
        // Pages also name nodes of graphs that begin with the same word.
        Set<String> parts = known.stream().map(NamesInPagesTest::part).collect(Collectors.toSet());
        Set<String> unknown = new TreeSet<>();
        for (var file : Repository.files("docs", ".md")) {
            String page = Repository.ROOT.relativize(file).toString();
            for (Matcher matcher = KEY.matcher(Repository.text(page)); matcher.find(); ) {
                String key = matcher.group(1);
                if (parts.contains(part(key)) && !known.contains(key)) {
                    unknown.add(page + ": " + key);
                }
            }
        }

        assertThat(unknown).isEmpty();
    }

    private static String part(String key) {
        return key.split("\\.")[1];
    }

    private static Set<String> topics(String page) {
        Set<String> topics = new TreeSet<>();
        for (Matcher matcher = TOPIC.matcher(Repository.text(page)); matcher.find(); ) {
            topics.add(matcher.group());
        }
        return topics;
    }
}
