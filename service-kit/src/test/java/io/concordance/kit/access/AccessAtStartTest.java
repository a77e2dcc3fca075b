package io.concordance.kit.access;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AccessAtStartTest {
    private static final Map<String, String> OIDC = Map.of(
            "concordance.access.mode", "oidc",
            "concordance.access.issuer", "https://id.example.org/realms/safety",
            "concordance.access.audience", "concordance");

    private static AccessSettings settings(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .withMapping(AccessSettings.class)
                .build()
                .getConfigMapping(AccessSettings.class);
    }

    private static Map<String, String> with(Map<String, String> values, String key, String value) {
        HashMap<String, String> changed = new HashMap<>(values);
        changed.put("concordance.access." + key, value);
        return changed;
    }

    @Test
    void whatLetsEverybodyDoEverythingIsReachedFromItsOwnMachineOnly() {
        for (String host : new String[] {"127.0.0.1", "localhost", "::1"}) {
            assertThatCode(() -> AccessAtStart.check(settings(Map.of()), host)).doesNotThrowAnyException();
        }
        for (String host : new String[] {"0.0.0.0", "::", "10.1.2.3"}) {
            assertThatThrownBy(() -> AccessAtStart.check(settings(Map.of()), host))
                    .hasMessageContaining("concordance.access.open");
            assertThatCode(() -> AccessAtStart.check(settings(with(Map.of(), "open", "true")), host))
                    .doesNotThrowAnyException();
            assertThatCode(() -> AccessAtStart.check(settings(OIDC), host)).doesNotThrowAnyException();
        }
    }

    @Test
    void halfASettingOfTheProviderIsRefused() {
        assertThatThrownBy(() -> AccessAtStart.check(settings(Map.of("concordance.access.mode", "oidc")), "0.0.0.0"))
                .hasMessageContaining("concordance.access.issuer");
        assertThatThrownBy(() -> AccessAtStart.check(settings(with(OIDC, "audience", "")), "0.0.0.0"))
                .hasMessageContaining("concordance.access.audience");
        assertThatThrownBy(
                        () -> AccessAtStart.check(settings(with(OIDC, "issuer", "http://id.example.org")), "0.0.0.0"))
                .hasMessageContaining("https");
        assertThatThrownBy(() -> AccessAtStart.check(settings(with(OIDC, "burst", "0")), "0.0.0.0"))
                .hasMessageContaining("concordance.access.burst");
    }
}
