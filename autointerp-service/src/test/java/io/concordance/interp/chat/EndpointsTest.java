package io.concordance.interp.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.address.AddressRules;
import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointsTest {
    private static final Endpoints CLOSED = new Endpoints(ChatSettings.of(Map.of()));

    private static Endpoint endpoint(@Nullable String url) {
        return new Endpoint(url, "m", null, TrustTier.WEAKER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "api.example.org/v1",
                "ftp://8.8.8.8/v1",
                "file:///etc/passwd",
                "https://",
                "https://user:secret@8.8.8.8/v1",
                "https://8.8.8.8/v1?key=1",
                "https://8.8.8.8/v1#top",
                "https://8.8.8.8:0/v1",
                "https://8.8.8.8:99999/v1",
                "https://a b/v1",
                "http://8.8.8.8/v1",
                "https://127.0.0.1/v1",
                "https://127.1/v1",
                "https://2130706433/v1",
                "https://0x7f000001/v1",
                "https://localhost/v1",
                "https://localhost./v1",
                "https://0.0.0.0/v1",
                "https://10.1.2.3/v1",
                "https://172.31.0.1/v1",
                "https://192.168.0.1/v1",
                "https://169.254.169.254/latest/meta-data",
                "https://100.64.0.1/v1",
                "https://[::1]/v1",
                "https://[::]/v1",
                "https://[::ffff:127.0.0.1]/v1",
                "https://[::ffff:a9fe:a9fe]/v1",
                "https://[64:ff9b::a9fe:a9fe]/v1",
                "https://[2002:7f00:1::]/v1",
                "https://[fd00:ec2::254]/v1",
                "https://[fe80::1]/v1",
                "https://224.0.0.1/v1",
                "https://no-such-host.invalid/v1",
            })
    void whatIsNoPublicEndpointIsRefusedWithTheFieldNamed(String url) {
        assertThatThrownBy(() -> CLOSED.check(endpoint(url)))
                .isInstanceOfSatisfying(
                        FieldProblem.class, p -> assertThat(p.field()).isEqualTo("baseUrl"));
    }

    @ParameterizedTest
    @CsvSource({
        "8.8.8.8, true",
        "172.32.0.1, true",
        "100.128.0.1, true",
        "2606:4700::1111, true",
        "::ffff:8.8.8.8, true",
        "198.19.255.255, false",
        "240.0.0.1, false",
        "255.255.255.255, false",
        "2001:db8::1, false",
        "ff02::1, false",
    })
    void addressesAreSortedByTheRegistryOfSpecialOnes(String address, boolean open) {
        assertThat(AddressRules.isPublic(InetAddress.ofLiteral(address))).isEqualTo(open);
    }

    @Test
    void anOperatorMayAllowAHostAndThenPlainHttpToo() {
        Endpoints open = new Endpoints(ChatSettings.of(Map.of("allowed-hosts", "127.0.0.1:8000, ::1")));

        assertThat(open.check(endpoint("HTTP://127.0.0.1:8000/v1/")).baseUrl()).isEqualTo("http://127.0.0.1:8000/v1");
        assertThat(open.check(endpoint("http://[::1]:9/v1")).baseUrl()).isEqualTo("http://[::1]:9/v1");
        assertThatThrownBy(() -> open.check(endpoint("http://127.0.0.1:8001/v1")))
                .hasMessageContaining("baseUrl");
    }

    @Test
    void aKeyIsUsedAtItsOwnOriginOnly() {
        Endpoints keyed = new Endpoints(ChatSettings.of(Map.of(
                "keys.lab.secret", "s3cret", "keys.lab.origin", "https://8.8.8.8", "allowed-hosts", "10.0.0.1")));
        Endpoint own = new Endpoint("https://8.8.8.8/v1", "m", "lab", TrustTier.TRUSTED);

        assertThat(keyed.secret(keyed.check(own))).isEqualTo("s3cret");
        assertThatThrownBy(() -> keyed.check(new Endpoint("https://1.1.1.1/v1", "m", "lab", TrustTier.TRUSTED)))
                .isInstanceOfSatisfying(
                        FieldProblem.class, p -> assertThat(p.field()).isEqualTo("key"));
        assertThatThrownBy(() -> keyed.check(new Endpoint("https://8.8.8.8/v1", "m", "other", TrustTier.TRUSTED)))
                .hasMessageContaining("key: given 'other'");
        assertThat(keyed.secret(new Endpoint("https://1.1.1.1/v1", "m", "lab", TrustTier.TRUSTED)))
                .isNull();
    }
}
