package io.concordance.registry.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenTextTest {

    @Test
    void showsWhatCannotBeSeen() {
        assertThat(TokenText.visible(" the")).isEqualTo("·the");
        assertThat(TokenText.visible("\n\t")).isEqualTo("↵⇥");
        assertThat(TokenText.visible("a\u200Bb\u0000\u00A0")).isEqualTo("a⟨200B⟩b⟨0000⟩⟨00A0⟩");
        assertThat(TokenText.visible("")).isEqualTo("∅");
        assertThat(TokenText.visible("日本 é😀")).isEqualTo("日本·é😀");
    }
}
