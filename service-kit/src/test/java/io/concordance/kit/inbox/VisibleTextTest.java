package io.concordance.kit.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VisibleTextTest {

    @Test
    void nothingInItActsOnATerminal() {
        assertThat(VisibleText.of("\u001b[2J\u202Etxt\u200B\0 a\tb\nc é漢", 100))
                .isEqualTo("⟨001B⟩[2J⟨202E⟩txt⟨200B⟩⟨0000⟩ a\tb\nc é漢");
    }

    @Test
    void aLineStaysOne() {
        assertThat(VisibleText.line("a\nb\tc\u2028d", 100)).isEqualTo("a⟨000A⟩b⟨0009⟩c⟨2028⟩d");
    }

    @Test
    void itIsCutBetweenCharacters() {
        assertThat(VisibleText.of("a😀b", 2)).isEqualTo("a😀");
    }
}
