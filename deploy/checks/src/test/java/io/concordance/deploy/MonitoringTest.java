package io.concordance.deploy;

import static io.concordance.deploy.Repository.each;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MonitoringTest {
    private static final JsonNode RULES =
            Repository.yaml("deploy/compose/rules.yaml").path("groups");
    private static final JsonNode DASHBOARD = Repository.yaml("deploy/kubernetes/components/monitoring/dashboard.json");

    /** Of Micrometer, Kafka's clients and Prometheus itself; ServiceIT scrapes them from a service that runs. */
    private static final Set<String> OTHERS = Set.of(
            "up",
            "http_server_requests_seconds_count",
            "jvm_memory_used_bytes",
            "jvm_memory_max_bytes",
            "kafka_consumer_fetch_manager_records_lag");

    private static final Pattern NOT_NAMES = Pattern.compile(
            "\\{[^}]*}|\"[^\"]*\"|\\[[^]]*]|\\b(by|on|without|ignoring) ?\\([^)]*\\)|\\b\\d+[smhdw]\\b");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(?![a-zA-Z0-9_:]*\\s*\\()");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "offset", "by", "on");
    private static final List<String> ENDINGS =
            List.of("", "_total", "_seconds", "_seconds_count", "_seconds_sum", "_seconds_max", "_count", "_sum");

    @Test
    void alertsAndPanelsNameOnlyMetersThatTheServicesRegister() {
        Set<String> registered = registered();
        Set<String> unknown = new TreeSet<>(named());
        unknown.removeAll(OTHERS);
        unknown.removeIf(metric -> ENDINGS.stream()
                .anyMatch(ending -> metric.endsWith(ending)
                        && registered.contains(metric.substring(0, metric.length() - ending.length()))));

        assertThat(unknown).isEmpty();
    }

    @Test
    void everyMeterIsInAnAlertOrAPanelOrTheOperationsPage() {
        String page = Repository.text("docs/operations.md");
        Set<String> named = named();

        assertThat(registered())
                .allMatch(meter -> page.contains(meter)
                        || named.stream().anyMatch(metric -> ENDINGS.stream().anyMatch(e -> metric.equals(meter + e))));
    }

    @Test
    void theOperatorsRulesAreThoseOfTheFile() {
        JsonNode operators = Repository.yaml("deploy/kubernetes/components/monitoring/prometheus-rule.yaml");

        assertThat(operators.at("/spec/groups")).isEqualTo(RULES);
    }

    @Test
    void everyAlertHasARunbookAndEveryRunbookAnAlert() {
        List<String> alerts = rules().map(rule -> rule.path("alert").asText()).toList();
        List<String> runbooks = Pattern.compile("^### (Concordance[A-Za-z]+)$", Pattern.MULTILINE)
                .matcher(Repository.text("docs/operations.md"))
                .results()
                .map(result -> result.group(1))
                .toList();

        assertThat(alerts).doesNotHaveDuplicates().isNotEmpty();
        assertThat(runbooks).containsExactlyElementsOf(alerts);
    }

    @Test
    void panelsLieBesideEachOther() {
        List<String> places = each(DASHBOARD.path("panels"))
                .map(panel -> panel.at("/gridPos/x") + "," + panel.at("/gridPos/y"))
                .toList();

        assertThat(places).doesNotHaveDuplicates().hasSizeGreaterThan(10);
        assertThat(each(DASHBOARD.path("panels")).map(panel -> panel.path("id").asInt()))
                .doesNotHaveDuplicates();
    }

    private static Stream<JsonNode> rules() {
        return each(RULES).flatMap(group -> each(group.path("rules")));
    }

    /** Metrics in alerts and panels. */
    private static Set<String> named() {
        return Stream.concat(
                        rules().map(rule -> rule.path("expr").asText()),
                        each(DASHBOARD.path("panels"))
                                .flatMap(panel -> each(panel.path("targets")))
                                .map(target -> target.path("expr").asText()))
                .flatMap(expression -> metrics(expression).stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> metrics(String expression) {
        Set<String> metrics = new TreeSet<>();
        for (Matcher matcher = NAME.matcher(NOT_NAMES.matcher(expression).replaceAll(" ")); matcher.find(); ) {
            if (!WORDS.contains(matcher.group())) {
                metrics.add(matcher.group());
            }
        }
        return metrics;
    }

    /** Names of meters in the services' sources, as Prometheus writes them, without endings. */
    private static Set<String> registered() {
        Set<String> names = new TreeSet<>();
        for (String module : Repository.SERVICES) {
            Settings.parse(
                    module,
                    "io\\.micrometer",
                    (units, docs) -> units.stream()
                            .filter(unit -> unit.getImports().stream()
                                    .anyMatch(i -> i.getQualifiedIdentifier()
                                            .toString()
                                            .startsWith("io.micrometer")))
                            .forEach(unit -> new TreePathScanner<Void, Void>() {
                                @Override
                                public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
                                    String method = call.getMethodSelect().toString();
                                    String called = method.substring(method.lastIndexOf('.') + 1);
                                    String prefix = method.endsWith("values.put") || method.equals("put")
                                            ? "concordance.trainer."
                                            : "";
                                    if (Set.of("counter", "timer", "summary", "builder", "put")
                                            .contains(called)) {
                                        call.getArguments().stream()
                                                .filter(LiteralTree.class::isInstance)
                                                .map(literal -> ((LiteralTree) literal).getValue())
                                                .filter(String.class::isInstance)
                                                .map(value -> prefix + value)
                                                .filter(name -> name.startsWith("concordance."))
                                                .forEach(name -> names.add(name.replace('.', '_')));
                                    }
                                    return super.visitMethodInvocation(call, null);
                                }
                            }.scan(new TreePath(unit), null)));
        }
        return names;
    }
}
