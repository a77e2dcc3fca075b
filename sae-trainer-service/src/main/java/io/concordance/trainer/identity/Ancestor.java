package io.concordance.trainer.identity;

import io.concordance.contracts.dictionary.Dictionary;
import java.util.BitSet;

/**
 * The dictionary published before.
 *
 * @param alive its features that fired
 * @param ever features that fired in it or in one of those before it
 */
public record Ancestor(Dictionary dictionary, BitSet alive, BitSet ever) {}
