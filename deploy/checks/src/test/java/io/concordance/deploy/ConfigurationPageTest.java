package io.concordance.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import io.concordance.deploy.Settings.Setting;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of settings is written by this test: {@code -Dconcordance.docs.write=true}. */
class ConfigurationPageTest {
    private static final String PAGE = "docs/configuration.md";
    private static final Pattern KEY_IN_PROPERTIES =
            Pattern.compile("^(concordance\\.[a-z0-9.-]+)=", Pattern.MULTILINE);
    private static final Pattern KEY_IN_EXPRESSIONS = Pattern.compile("\\$\\{(concordance(?:\\.[a-z0-9-]++)++)(?!\\.)");

    private static final Map<String, String> TITLES = titles();

    /** Types of keys that only other settings refer to, and that nothing sets. */
    private static final Map<String, String> NOT_SET =
            new TreeMap<>(Map.of("concordance.data-dir", "Path", "concordance.tracing.endpoint", "URI"));

    private static Map<String, String> titles() {
        Map<String, String> titles = new LinkedHashMap<>();
        titles.put("service-kit", "Every service");
        titles.put("capture-service", "capture-service");
        titles.put("sae-trainer-service", "sae-trainer-service");
        titles.put("autointerp-service", "autointerp-service");
        titles.put("registry-service", "registry-service");
        return titles;
    }

    @Test
    void thePageHasEveryKeyAndNoOther() throws IOException {
        String page = page();
        if (Boolean.getBoolean("concordance.docs.write")) {
            Files.writeString(Repository.ROOT.resolve(PAGE), page);
        }

        assertThat(Repository.text(PAGE))
                .as("written anew by -Dtest=ConfigurationPageTest -Dconcordance.docs.write=true")
                .isEqualTo(page);
    }

    @Test
    void everyKeyIsExplained() {
        assertThat(Settings.declared())
                .filteredOn(setting -> explanation(setting).isEmpty())
                .extracting(Setting::key)
                .isEmpty();
    }

    @Test
    void everyExplanationBesideTheCodeIsOfAKeyThatNeedsOne() {
        Set<String> needed = new TreeSet<>();
        Settings.declared().stream().filter(s -> s.doc().isEmpty()).forEach(s -> needed.add(s.key()));
        needed.addAll(inProperties());
        Settings.declared().stream().filter(s -> !s.doc().isEmpty()).forEach(s -> needed.remove(s.key()));

        assertThat(Descriptions.OURS.keySet()).containsExactlyInAnyOrderElementsOf(needed);
    }

    @Test
    void everyDeclaredKeyIsRead() {
        List<String> unread = new ArrayList<>();
        for (String module : Repository.SERVICES) {
            Set<String> called = calledNames(module);
            Set<String> expressions = matches(module, KEY_IN_EXPRESSIONS);
            Settings.declared(module).stream()
                    .filter(setting -> !setting.method().isEmpty() && !called.contains(setting.method()))
                    .filter(setting -> !expressions.contains(setting.key()))
                    .forEach(setting -> unread.add(setting.key()));
        }

        assertThat(unread).isEmpty();
    }

    @Test
    void propertiesFilesSetOnlyKeysThatSomethingReads() {
        Set<String> known = new TreeSet<>(Descriptions.OURS.keySet());
        Settings.declared().forEach(setting -> known.add(setting.key()));

        assertThat(inProperties()).isSubsetOf(known);
    }

    private static Set<String> calledNames(String module) {
        Set<String> called = new TreeSet<>();
        Settings.parse(
                module,
                "",
                (units, docs) -> units.forEach(unit -> new TreePathScanner<Void, Void>() {
                    @Override
                    public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
                        if (call.getArguments().isEmpty()) {
                            if (call.getMethodSelect() instanceof MemberSelectTree select) {
                                called.add(select.getIdentifier().toString());
                            } else if (call.getMethodSelect() instanceof IdentifierTree own) {
                                called.add(own.getName().toString());
                            }
                        }
                        return super.visitMethodInvocation(call, null);
                    }

                    @Override
                    public Void visitMemberReference(MemberReferenceTree reference, Void nothing) {
                        called.add(reference.getName().toString());
                        return super.visitMemberReference(reference, null);
                    }
                }.scan(new TreePath(unit), null)));
        return called;
    }

    /** Keys of ours in the services' own settings, tests' profiles left out. */
    private static Set<String> inProperties() {
        Set<String> keys = new TreeSet<>();
        for (String module : Repository.SERVICES) {
            keys.addAll(matches(module, KEY_IN_PROPERTIES));
            keys.addAll(matches(module, KEY_IN_EXPRESSIONS));
        }
        return keys;
    }

    private static Set<String> matches(String module, Pattern pattern) {
        Set<String> keys = new TreeSet<>();
        for (var file : Repository.files(module + "/src/main/resources", ".properties")) {
            String text = Repository.text(Repository.ROOT.relativize(file).toString());
            pattern.matcher(text).results().forEach(match -> keys.add(match.group(1)));
        }
        return keys;
    }

    private static String explanation(Setting setting) {
        return setting.doc().isEmpty() ? Descriptions.OURS.getOrDefault(setting.key(), "") : setting.doc();
    }

    /** Values that application.properties and the kit's defaults give. */
    private static Map<String, String> set(String module) throws IOException {
        Map<String, String> values = new TreeMap<>();
        for (var file : Repository.files(module + "/src/main/resources", ".properties")) {
            Properties properties = new Properties();
            properties.load(new StringReader(
                    Repository.text(Repository.ROOT.relativize(file).toString())));
            properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));
        }
        return values;
    }

    private static String page() throws IOException {
        StringBuilder page = new StringBuilder("""
                # Settings

                Every setting is a system property, a line of `application.properties` or an environment variable; the last wins
                over the file. What cannot be understood keeps a service from starting, with the key in the message. Durations
                are `90s`, `15m`, `24h`, `90d`. This page is checked against the code, both ways.
                """);
        for (var title : TITLES.entrySet()) {
            page.append("\n## ").append(title.getValue()).append("\n\n");
            page.append("| key | environment | type | default | what |\n|---|---|---|---|---|\n");
            Map<String, String> values = set(title.getKey());
            Map<String, Setting> settings = new TreeMap<>();
            Settings.declared(title.getKey()).forEach(setting -> settings.putIfAbsent(setting.key(), setting));
            for (Setting setting : settings.values()) {
                String value = values.getOrDefault(
                        setting.key(),
                        setting.fallback().orElse(setting.type().startsWith("Optional") ? "none" : "must be set"));
                row(page, setting.key(), setting.variable(), type(setting.type()), value, explanation(setting));
            }
            for (var entry : values.entrySet()) {
                if (entry.getKey().startsWith("concordance.") && !settings.containsKey(entry.getKey())) {
                    row(
                            page,
                            entry.getKey(),
                            "",
                            "",
                            entry.getValue(),
                            Descriptions.OURS.getOrDefault(entry.getKey(), ""));
                }
            }
            if (title.getKey().equals("service-kit")) {
                NOT_SET.forEach((key, type) ->
                        row(page, key, Settings.variable(key), type, "none", Descriptions.OURS.getOrDefault(key, "")));
            }
        }
        page.append("""

                ## What deployments set besides

                Keys of Quarkus, Kafka's clients and the JVM that manifests and compose files use.

                | environment | what |
                |---|---|
                """);
        Descriptions.OTHERS.forEach((variable, what) ->
                page.append("| `").append(variable).append("` | ").append(what).append(" |\n"));
        return page.toString();
    }

    private static String type(String type) {
        Matcher wrapped = Pattern.compile("Optional<(.*)>").matcher(type);
        String inner = wrapped.matches() ? wrapped.group(1) : type;
        return inner.replace("OptionalInt", "int").replaceAll("List<(.*)>", "list of $1");
    }

    private static void row(StringBuilder page, String key, String variable, String type, String value, String what) {
        page.append("| `").append(key).append("` | ");
        page.append(variable.isEmpty() || key.contains("*") ? "" : "`" + variable + "`")
                .append(" | ");
        page.append(type).append(" | `").append(value).append("` | ");
        page.append(what.replace("|", "\\|")).append(" |\n");
    }
}
