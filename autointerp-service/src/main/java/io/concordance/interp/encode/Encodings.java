package io.concordance.interp.encode;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.contracts.dictionary.SparseEncoder;
import io.concordance.contracts.kernel.Tiles;
import java.util.function.Supplier;

/** Chooses the encoding for this machine. The choice changes speed, never a bit of the result. */
public final class Encodings {
    private static final String MODULE = "jdk.incubator.vector";

    private Encodings() {}

    /** Encodings of one dictionary that share its packed weights; ask for one a thread. */
    public static Supplier<Encoding> of(Dictionary dictionary) {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty() || !Tiles.suitable()) {
            return () -> new SparseEncoder(dictionary)::encodeInputs;
        }
        Panels panels = new Panels(dictionary);
        return () -> new VectorEncoding(panels);
    }
}
