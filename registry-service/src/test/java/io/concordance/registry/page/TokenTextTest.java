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

    @Test
    void nothingInATokenCanTurnOrHideText() {
        assertThat(TokenText.visible("\u202Etxt.exe\u2066")).isEqualTo("⟨202E⟩txt.exe⟨2066⟩");
        assertThat(TokenText.visible("a\ud800b\udfff")).isEqualTo("a⟨D800⟩b⟨DFFF⟩");
        assertThat(TokenText.plain("two words\nand \u202Emore")).isEqualTo("two words\nand ⟨202E⟩more");
    }

    @Test
    void aLongTokenIsCutAndSaysSo() {
        assertThat(TokenText.visible("x".repeat(1 << 20)))
                .startsWith("x".repeat(200) + "…")
                .endsWith("(1,048,576 characters)")
                .hasSizeLessThan(300);
        assertThat(TokenText.visible("x".repeat(200))).isEqualTo("x".repeat(200));
        assertThat(TokenText.visible("😀".repeat(200))).isEqualTo("😀".repeat(200));
    }
}
