package io.concordance.interp.encode;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.kernel.Tiles;
import io.concordance.contracts.kernel.bf16.ScreenBound;
import io.concordance.contracts.kernel.bf16.ScreenTrial;
import java.util.function.Supplier;

/** Chooses the encoding for this machine. The choice changes speed, never a bit of the result. */
public final class Encodings {
    private static final String MODULE = "jdk.incubator.vector";
    private static final int NARROWEST = 128;
    private static final int FEWEST = 1024;

    private Encodings() {}

    /**
     * As {@link #of}, by bf16 screening where this machine can do it and the shape gains, which compiles a C file on first use;
     * see docs/decisions/014-screening.md.
     */
    public static Supplier<Encoding> screened(Dictionary dictionary) {
        if (dictionary.width() < NARROWEST
                || dictionary.features() < FEWEST
                || dictionary.width() > ScreenBound.WIDEST
                || ModuleLayer.boot().findModule(MODULE).isEmpty()
                || !Tiles.suitable()
                || ScreenTrial.obstacle().isPresent()) {
            return of(dictionary);
        }
        ScreenedPanels panels = new ScreenedPanels(dictionary, new Panels(dictionary));
        return () -> new ScreenedEncoding(panels);
    }

    /**
     * The pre-activation of one feature on the row at {@code offset}, bit for bit what the encodings compare with its
     * threshold.
     */
    public static float preActivation(Dictionary dictionary, int feature, float[] rows, int offset) {
        int width = dictionary.width();
        float sum = 0;
        for (int i = 0; i < width; i++) {
            sum = Math.fma(
                    rows[offset + i] - dictionary.decoderBias()[i], dictionary.encoder()[feature * width + i], sum);
        }
        return sum + dictionary.encoderBias()[feature];
    }

    /** Encodings of one dictionary that share its packed weights; ask for one a thread. */
    public static Supplier<Encoding> of(Dictionary dictionary) {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty() || !Tiles.suitable()) {
            return () -> new SparseEncoder(dictionary)::encodeInputs;
        }
        Panels panels = new Panels(dictionary);
        return () -> new VectorEncoding(panels);
    }
}
