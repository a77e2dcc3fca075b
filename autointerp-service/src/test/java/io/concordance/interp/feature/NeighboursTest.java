package io.concordance.interp.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.concordance.contracts.dictionary.Dictionary;
import io.concordance.interp.feature.Neighbours.Neighbour;
import io.concordance.interp.planted.Planted;
import java.util.List;
import org.junit.jupiter.api.Test;

class NeighboursTest {
    @Test
    void theNearestFeaturesThatFiredComeByTheCosineOfTheirDecoders() {
        Dictionary plain = Planted.identity(4, 0.5f);
        float[] decoder = {
            1, 1, 0, 0,
            2, 0, 0, 0,
            1, 2, 0, 0,
            1, 1, 0, 0
        };
        Dictionary dictionary = new Dictionary(
                4,
                4,
                plain.encoder(),
                plain.encoderBias(),
                decoder,
                plain.decoderBias(),
                plain.threshold(),
                plain.info());
        List<Neighbour> nearest = new Neighbours(dictionary, new int[] {1, 2}).of(0);
        assertThat(nearest).extracting(Neighbour::feature).containsExactly(2, 1);
        assertThat(nearest.getFirst().cosine()).isCloseTo(3 / Math.sqrt(10), within(1e-6));
        assertThat(new Neighbours(dictionary, new int[0]).of(0)).isEmpty();
    }
}
