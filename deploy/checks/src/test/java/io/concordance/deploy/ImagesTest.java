package io.concordance.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.concordance.deploy.ImagesTest.Compose.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImagesTest {
    private static final List<String> MODULES =
            List.of("capture-service", "sae-trainer-service", "autointerp-service", "registry-service");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+):-([^}]+)}");
    private static final Pattern COPY = Pattern.compile("^COPY (\\$\\{SERVICE}\\S+) ", Pattern.MULTILINE);

    @ParameterizedTest
    @ValueSource(strings = {"deploy/images/Dockerfile", "deploy/images/cuda.Dockerfile"})
    void anImageTakesWhatTheBuildMakesRunsAsNobodySpecialAndSaysHowToPin(String file) {
        String text = Repository.text(file);

        assertThat(text)
                .contains("USER 10001:10001")
                .contains("BASE")
                .contains("@sha256:...")
                .contains("bom.json");
        assertThat(text.replace("@sha256:...", ""))
                .as("no digest that nobody looked up")
                .doesNotContain("sha256:");
        assertThat(text).doesNotContain(":latest");
        List<String> copied = COPY.matcher(text).results().map(r -> r.group(1)).toList();
        assertThat(copied).hasSize(5);
        for (String module : MODULES) {
            assertThat(Repository.ROOT.resolve(module).resolve("src/main/resources/application.properties"))
                    .exists();
            Path built = Repository.ROOT.resolve(module).resolve("target/quarkus-app");
            if (Files.isDirectory(built)) {
                copied.stream()
                        .filter(path -> path.contains("quarkus-app"))
                        .forEach(path -> assertThat(Repository.ROOT.resolve(path.replace("${SERVICE}", module)))
                                .exists());
            }
        }
    }

    @Test
    void imagesStartTheJvmAsTheLocalPlatformDoes() throws IOException {
        String pom = Repository.text("pom.xml");
        String flags = pom.replaceAll("(?s).*<concordance.jvm>(.*?)</concordance.jvm>.*", "$1");

        for (String flag : flags.split(" ")) {
            assertThat(Repository.text("deploy/images/Dockerfile")).contains('"' + flag + '"');
            assertThat(Repository.text("deploy/images/cuda.Dockerfile")).contains('"' + flag + '"');
        }
    }

    @Test
    void theContextOfABuildHasWhatImagesCopyAndNothingElse() {
        assertThat(Repository.text(".dockerignore").lines().filter(line -> !line.startsWith("#")))
                .containsExactlyElementsOf(Stream.concat(
                                Stream.of("*"),
                                MODULES.stream()
                                        .flatMap(module -> Stream.of(
                                                "!" + module + "/target/quarkus-app",
                                                "!" + module + "/target/bom.json")))
                        .toList());
    }

    @Test
    void composeNamesSettingsFilesAndPartsThatExist() throws IOException {
        ObjectMapper strict = new ObjectMapper(new YAMLFactory())
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(com.fasterxml.jackson.core.JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        Compose compose = strict.treeToValue(merged(), Compose.class);

        assertThat(compose.services.keySet())
                .containsExactlyInAnyOrder(
                        "kafka",
                        "object-store",
                        "postgres",
                        "capture",
                        "trainer",
                        "autointerp",
                        "registry",
                        "prometheus",
                        "grafana");
        compose.services.forEach((name, service) -> {
            check(compose, name, service);
            if (service.build != null) {
                own(compose, name, service);
            }
        });
    }

    @Test
    void testsTakeTheImagesAndVariablesOfTheComposeFile() {
        String images = Repository.text("service-kit/src/test/java/io/concordance/kit/testing/Images.java");
        Map<String, String> defaults = new TreeMap<>();
        VARIABLE.matcher(Repository.text("deploy/compose.yaml"))
                .results()
                .forEach(found -> defaults.put(found.group(1), found.group(2)));

        assertThat(defaults)
                .containsOnlyKeys(
                        "BASE",
                        "IMAGE_GRAFANA",
                        "IMAGE_KAFKA",
                        "IMAGE_OBJECT_STORE",
                        "IMAGE_POSTGRES",
                        "IMAGE_PROMETHEUS",
                        "IMAGE_SERVICES",
                        "OBJECT_STORE_COMMAND");
        for (String variable : List.of(
                "IMAGE_KAFKA", "IMAGE_OBJECT_STORE", "IMAGE_POSTGRES", "IMAGE_SERVICES", "OBJECT_STORE_COMMAND")) {
            assertThat(images).contains('"' + variable + '"').contains('"' + defaults.get(variable) + '"');
        }
        assertThat(Repository.text("deploy/images/Dockerfile")).contains("ARG BASE=" + defaults.get("BASE"));
    }

    private static void check(Compose compose, String name, Service service) {
        assertThat(service.image)
                .as(name)
                .matches("\\$\\{IMAGE_[A-Z_]+:-[a-z0-9/-]+(:[A-Za-z0-9.-]+}|}/[a-z-]+:[0-9.]+)")
                .doesNotContain(":latest");
        if (service.ports != null) {
            assertThat(service.ports).as(name).allMatch(port -> port.matches("127\\.0\\.0\\.1:\\d{2,5}:\\d{2,5}"));
        }
        for (String volume : service.volumes) {
            String source = volume.substring(0, volume.indexOf(':'));
            if (source.startsWith("./")) {
                assertThat(Repository.ROOT.resolve("deploy").resolve(source))
                        .as(name)
                        .exists();
            } else {
                assertThat(compose.volumes).as(name).containsKey(source);
            }
        }
        if (service.dependsOn != null) {
            assertThat(compose.services.keySet()).containsAll(service.dependsOn.keySet());
        }
    }

    private static void own(Compose compose, String name, Service service) {
        assertThat(service.readOnly).as(name).isTrue();
        assertThat(service.user).as(name).isEqualTo("10001:10001");
        assertThat(service.capDrop).as(name).containsExactly("ALL");
        assertThat(service.build.dockerfile()).isEqualTo("deploy/images/Dockerfile");
        assertThat(MODULES).contains(service.build.args().get("SERVICE"));
        assertThat(service.image)
                .isEqualTo(
                        "${IMAGE_SERVICES:-concordance}/" + service.build.args().get("SERVICE") + ":0.1.0");
        assertThat(SettingCheck.unknown(new TreeSet<>(service.environment.keySet())))
                .as(name)
                .isEmpty();
        service.environment.forEach((variable, value) -> {
            if (variable.matches("CONCORDANCE_[A-Z]+_URL")) {
                String host = java.net.URI.create(value).getHost();
                assertThat(compose.services).containsKey(host);
                assertThat(compose.services.get(host).ports.getFirst())
                        .endsWith(":" + java.net.URI.create(value).getPort());
            }
        });
        assertThat(Stream.of("KAFKA_BOOTSTRAP_SERVERS", "QUARKUS_DATASOURCE_JDBC_URL", "CONCORDANCE_S3_ENDPOINT"))
                .allMatch(service.environment::containsKey);
    }

    /** The file with its {@code <<: *anchor} merged in and {@code x-} parts left out, as a composer reads it. */
    private static JsonNode merged() {
        var options = new org.yaml.snakeyaml.LoaderOptions();
        options.setAllowDuplicateKeys(false);
        Map<String, Object> loaded = new org.yaml.snakeyaml.Yaml(
                        new org.yaml.snakeyaml.constructor.SafeConstructor(options))
                .load(Repository.text("deploy/compose.yaml"));
        loaded.keySet().removeIf(key -> key.startsWith("x-"));
        return new ObjectMapper().valueToTree(loaded);
    }

    record Compose(String name, Map<String, Service> services, Map<String, Object> volumes) {
        record Service(
                String image,
                Build build,
                String restart,
                String command,
                Map<String, String> environment,
                List<String> ports,
                List<String> volumes,
                @JsonProperty("depends_on") Map<String, Condition> dependsOn,
                @JsonProperty("read_only") boolean readOnly,
                String user,
                @JsonProperty("cap_drop") List<String> capDrop,
                @JsonProperty("security_opt") List<String> securityOpt,
                @JsonProperty("stop_grace_period") String stopGracePeriod,
                List<String> tmpfs,
                Health healthcheck) {}

        record Build(String context, String dockerfile, Map<String, String> args) {}

        record Condition(Until condition) {}

        enum Until {
            service_healthy,
            service_started
        }

        record Health(List<String> test, String interval, String timeout, int retries) {}
    }
}
