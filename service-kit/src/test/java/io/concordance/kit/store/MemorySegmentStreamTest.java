package io.concordance.kit.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MemorySegmentStreamTest {

    @Test
    void memoryIsReadToItsEndInWhateverPieces() throws IOException {
        long seed = 7;
        System.out.println("seed " + seed);
        byte[] data = new byte[1000];
        new Random(seed).nextBytes(data);

        assertThat(new MemorySegmentStream(MemorySegment.ofArray(data)).readAllBytes())
                .isEqualTo(data);

        MemorySegmentStream stream = new MemorySegmentStream(MemorySegment.ofArray(data));
        assertThat(stream.read()).isEqualTo(data[0] & 0xff);
        byte[] piece = new byte[600];
        assertThat(stream.read(piece, 100, 500)).isEqualTo(500);
        assertThat(piece[100]).isEqualTo(data[1]);
        assertThat(stream.read(piece, 0, 600)).isEqualTo(499);
        assertThat(stream.read(piece, 0, 600)).isEqualTo(-1);
        assertThat(stream.read()).isEqualTo(-1);
    }
}
