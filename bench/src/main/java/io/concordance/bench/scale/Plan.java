package io.concordance.bench.scale;

import io.concordance.bench.scale.Resource.Change;
import java.util.ArrayList;
import java.util.List;

/** What breaks first on the way to a number of workers, what to change, and what breaks next. */
final class Plan {
    private static final int MOST = 30;

    private Plan() {}

    /**
     * A layout on the way.
     *
     * @param change what makes it of the one before, {@code as shipped} for the first
     * @param narrowest what holds the workers back in it
     * @param from fewest workers that are held back, 0 when none are
     */
    record Step(String change, Layout layout, Resource narrowest, int from) {}

    /** Ends with a layout in which only the workers themselves limit, or at what no change helps. */
    static List<Step> steps(Times measured, Layout shipped, int workers) {
        List<Step> steps = new ArrayList<>();
        Change change = new Change("as shipped", shipped);
        while (change != null && steps.size() < MOST) {
            Layout layout = change.layout();
            Times times = measured.larger(layout.sliceFactor());
            Resource first = first(times, layout, workers);
            steps.add(new Step(change.what(), layout, first, first.holdsBackFrom(times, layout, workers)));
            change = first.change(times, layout, workers);
        }
        return List.copyOf(steps);
    }

    /** What holds back the fewest workers. */
    private static Resource first(Times times, Layout layout, int workers) {
        Resource first = Resource.WORKERS;
        int fewest = Integer.MAX_VALUE;
        for (Resource resource : Resource.values()) {
            int from = resource.holdsBackFrom(times, layout, workers);
            if (from > 0 && from < fewest) {
                first = resource;
                fewest = from;
            }
        }
        return first;
    }
}
