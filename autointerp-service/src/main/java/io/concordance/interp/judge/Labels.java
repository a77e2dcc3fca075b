package io.concordance.interp.judge;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What people said of one item, in the order they said it. */
record Labels(List<HumanLabel> given) {
    boolean any() {
        return !given.isEmpty();
    }

    /** Labels that are yes or no; two that differ, without a third, are contested. */
    boolean contested() {
        return any() && yes() > 0 && yes() == no();
    }

    boolean unsure() {
        return any() && yes() + no() == 0;
    }

    /** What most say; null when they are unsure or contested. */
    @Nullable
    Boolean verdict() {
        return yes() == no() ? null : (Boolean) (yes() > no());
    }

    private long yes() {
        return given.stream().filter(l -> l == HumanLabel.YES).count();
    }

    private long no() {
        return given.stream().filter(l -> l == HumanLabel.NO).count();
    }

    /** How many people an item needs: one, two where it is so drawn, three where two disagree. */
    boolean needsMore(boolean twice) {
        return given.size() < (twice ? 2 : 1) || contested() && given.size() < 3;
    }
}
