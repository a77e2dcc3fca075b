package io.concordance.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlatJsonTest {

    @Test
    void endpointsSurviveBeingWrittenAndRead() {
        StackEndpoints endpoints = new StackEndpoints(
                42,
                new StackEndpoints.Kafka("127.0.0.1:9092"),
                new StackEndpoints.S3("http://127.0.0.1:9000", "key", "a \"quoted\" \\ secret\n\u00e9", "concordance"),
                new StackEndpoints.Postgres("jdbc:postgresql://127.0.0.1:5432/concordance", "postgres", "password"));

        assertThat(StackEndpoints.fromJson(endpoints.toJson())).isEqualTo(endpoints);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\": }", "{\"a\": \"b}", "{\"a\": 1} x", "[1]", "{\"a\": \"\\q\"}"})
    void textThatIsNotAnObjectOfStringsIsRefused(String text) {
        assertThatThrownBy(() -> FlatJson.read(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aMissingFieldIsNamed() {
        assertThatThrownBy(() -> StackEndpoints.fromJson("{\"pid\": 1, \"kafka\": {}}"))
                .hasMessageContaining("kafka.bootstrapServers");
    }
}
