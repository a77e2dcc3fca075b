package io.concordance.interp.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeptTest {
    private static final Comparator<Item> BY_RANK = Comparator.comparingInt(Item::rank);

    private record Item(int rank, int number) {}

    @Test
    void keepsTheFirstOfAStableSortHoweverTheyAreOffered() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int trial = 0; trial < 2000; trial++) {
            int limit = random.nextInt(8);
            Kept<Item> kept = new Kept<>(BY_RANK, item -> item.rank() / 2, limit);
            List<Item> all = new ArrayList<>();
            for (int offers = random.nextInt(10); offers > 0; offers--) {
                List<Item> some = new ArrayList<>();
                for (int n = random.nextInt(6); n > 0; n--) {
                    some.add(new Item(random.nextInt(9), all.size() + some.size()));
                }
                if (random.nextBoolean()) {
                    some.sort(BY_RANK);
                    if (random.nextBoolean()) {
                        kept.offerAll(some);
                    } else {
                        Kept<Item> other = new Kept<>(BY_RANK, item -> item.rank() / 2, 9);
                        other.offerAll(some);
                        kept.offerAll(other);
                    }
                } else {
                    some.forEach(kept::offer);
                }
                all.addAll(some);
            }
            all.sort(BY_RANK);

            assertThat(kept.items()).isEqualTo(all.subList(0, Math.min(limit, all.size())));
        }
    }
}
