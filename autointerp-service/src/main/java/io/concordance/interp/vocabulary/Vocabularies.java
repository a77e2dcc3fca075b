package io.concordance.interp.vocabulary;

import io.concordance.contracts.digest.Digests;
import io.concordance.interp.label.TokenText;
import io.concordance.kit.store.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds tokenizers, which lie beside their ONNX file. Where the digest is not known, it is told from the id of the model,
 * which for one without further files is made of the digests of these two.
 */
@ApplicationScoped
public class Vocabularies {
    private static final Logger LOG = Logger.getLogger(Vocabularies.class);
    private static final String SUFFIX = ".json";
    private static final int MODEL_ID_DIGITS = 32;
    private static final int MOST_TOKENIZERS = 1000;

    private final ObjectStore store;

    Vocabularies(ObjectStore store) {
        this.store = store;
    }

    /**
     * The text of a model's tokens, or their ids when its tokenizer is not stored or cannot be read.
     *
     * @param onnxDigest digest of the model's ONNX file
     * @param tokenizerDigest digest of its tokenizer; null where it is to be told from the model's id
     * @param dir where the tokenizer file may be kept
     */
    public TokenText of(String model, String onnxDigest, @Nullable String tokenizerDigest, Path dir) {
        Optional<String> tokenizer = tokenizerDigest == null
                ? find(model, onnxDigest)
                : Optional.of(tokenizerDigest)
                        .filter(digest -> Digests.isDigest(digest)
                                && Digests.isDigest(onnxDigest)
                                && store.exists(key(onnxDigest, digest)));
        if (tokenizer.isEmpty()) {
            LOG.warnf("model %s: no tokenizer beside %s, tokens are shown by id", model, onnxDigest);
            return TokenText.ids();
        }
        Path file = store.fetch(key(onnxDigest, tokenizer.get()), tokenizer.get(), dir);
        try {
            return new TokenizerText(file);
        } catch (IllegalArgumentException e) {
            LOG.warnf("model %s: tokenizer %s cannot be read, tokens are shown by id: %s", model, file, e.getMessage());
            return TokenText.ids();
        }
    }

    private Optional<String> find(String model, String onnxDigest) {
        if (!Digests.isDigest(onnxDigest)) {
            return Optional.empty();
        }
        String folder = folder(onnxDigest);
        return store.keys(folder, MOST_TOKENIZERS).stream()
                .filter(key -> key.endsWith(SUFFIX))
                .map(key -> "sha256:" + key.substring(folder.length(), key.length() - SUFFIX.length()))
                .filter(digest -> Digests.isDigest(digest) && model.equals(modelId(onnxDigest, digest)))
                .findFirst();
    }

    private static String modelId(String onnxDigest, String tokenizerDigest) {
        return Digests.hex(Digests.sha256(onnxDigest + tokenizerDigest)).substring(0, MODEL_ID_DIGITS);
    }

    private static String folder(String onnxDigest) {
        return "models/" + Digests.hex(onnxDigest) + "/tokenizers/";
    }

    private static String key(String onnxDigest, String tokenizerDigest) {
        return folder(onnxDigest) + Digests.hex(tokenizerDigest) + SUFFIX;
    }
}
