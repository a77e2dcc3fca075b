package io.concordance.kit.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordPlaceTest {

    @Test
    void aPlaceIsReadAsItIsWritten() {
        RecordPlace place = new RecordPlace("concordance.capture.slices.v1", 3, 123_456_789_012L);

        assertThat(RecordPlace.parse(place.toString())).contains(place);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "topic", "topic:1", "topic:-1:2", "topic:1:2:3", "to/pic:1:2", "topic:9999999999:1", "t:1:x"
            })
    void whatIsNoPlaceIsNone(String text) {
        assertThat(RecordPlace.parse(text)).isEmpty();
    }
}
