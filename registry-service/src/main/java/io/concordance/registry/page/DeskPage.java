package io.concordance.registry.page;

import io.concordance.registry.concern.Concern;
import io.concordance.registry.feature.Feature;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the desk for concerns says, as text.
 *
 * @param waiting features whose proposal waits for a reviewer
 * @param candidates the best ones, from number {@code first} on
 * @param total how many candidates there are, as far as they are ranked
 * @param strategies kinds of arms that candidates can be ranked by
 * @param strategy the kind chosen; empty for each one's best arm
 * @param chosen what is read now; null when there is nothing to read
 * @param by who reads, as they last said
 * @param query what links within the desk carry along
 * @param reading uid of what is read now; empty when there is nothing
 * @param done what was just done; empty when nothing was
 * @param problem why what was just asked is refused; null when it is not
 */
record DeskPage(
        List<FeatureRow> waiting,
        List<FeatureRow> candidates,
        int first,
        String total,
        @Nullable String previous,
        @Nullable String next,
        List<FeatureListPage.Choice> strategies,
        String strategy,
        @Nullable Chosen chosen,
        String by,
        String query,
        String reading,
        String done,
        @Nullable String problem) {

    /**
     * A feature with what one needs to judge it.
     *
     * @param open whether a proposal waits for a review
     * @param version of the concern that is shown; empty where there is none
     * @param before the feature above it in the list, {@code after} the one below; null at either end
     */
    record Chosen(
            FeaturePage page,
            boolean open,
            String version,
            boolean proposable,
            @Nullable String before,
            @Nullable String after) {}

    /** What was asked of the desk, and how it went. */
    record Asked(
            @Nullable String uid,
            String strategy,
            int from,
            String by,
            String done,
            @Nullable String problem) {}

    static Chosen chosen(
            Feature feature, @Nullable Concern concern, Answer report, Answer examples, List<String> order) {
        FeaturePage page = FeaturePage.of(
                feature, concern, List.of(), FeaturePage.Deployed.NOWHERE, report, examples, Answer.unknown(""));
        int at = order.indexOf(feature.uid());
        boolean open = feature.state().wire().equals("proposed");
        boolean proposable =
                feature.state().wire().equals("none") || feature.state().wire().equals("rejected");
        return new Chosen(
                page,
                open,
                concern == null ? "" : concern.version(),
                proposable,
                at > 0 ? order.get(at - 1) : null,
                at >= 0 && at + 1 < order.size() ? order.get(at + 1) : null);
    }

    /** Uids in the order in which they are read: first what waits for a reviewer. */
    static List<String> order(List<FeatureRow> waiting, List<FeatureRow> candidates) {
        List<String> order = new ArrayList<>();
        waiting.forEach(row -> order.add(row.uid()));
        candidates.stream()
                .map(FeatureRow::uid)
                .filter(uid -> !order.contains(uid))
                .forEach(order::add);
        return order;
    }
}
