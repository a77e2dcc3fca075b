package io.concordance.registry.page;

import io.concordance.contracts.study.ArmKind;
import io.concordance.registry.concern.Candidate;
import io.concordance.registry.concern.ConcernService;
import io.concordance.registry.feature.Feature;
import io.concordance.registry.feature.FeatureRepository;
import io.concordance.registry.feature.ReviewState;
import io.concordance.registry.page.DeskPage.Asked;
import io.concordance.registry.page.DeskPage.Chosen;
import io.concordance.registry.page.FeatureListPage.Choice;
import io.concordance.registry.page.Services.Service;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Puts together what the desk shows. Ranks are kept for a few seconds, since they look at every graded feature. */
@ApplicationScoped
class DeskPages {
    private static final Duration AGE = Duration.ofSeconds(5);
    private static final int RANKED = 500;
    private static final int PAGE = 20;
    private static final int WAITING = 50;

    private final FeatureRepository features;
    private final ConcernService concerns;
    private final Tallies tallies;
    private final Services services;
    private final Kept<String, List<Candidate>> ranked;

    DeskPages(FeatureRepository features, ConcernService concerns, Tallies tallies, Services services) {
        this.features = features;
        this.concerns = concerns;
        this.tallies = tallies;
        this.services = services;
        this.ranked =
                new Kept<>(AGE, strategy -> concerns.candidates(null, strategy.isEmpty() ? null : strategy, RANKED));
    }

    /** To be called when a proposal or a review changed what is to be read. */
    void forget() {
        ranked.forget();
    }

    DeskPage page(Asked asked) {
        List<Candidate> all = ranked.get(asked.strategy());
        int first = asked.from() <= 0 || asked.from() >= all.size() ? 0 : asked.from() / PAGE * PAGE;
        int end = Math.min(all.size(), first + PAGE);
        List<FeatureRow> candidates =
                all.subList(first, end).stream().map(FeatureRow::of).toList();
        List<FeatureRow> waiting = tallies.ofConcern(WAITING).stream()
                .flatMap(uid -> features.find(uid).stream())
                .filter(feature -> feature.state() == ReviewState.PROPOSED)
                .map(FeatureRow::of)
                .toList();
        Chosen chosen = chosen(asked.uid(), DeskPage.order(waiting, candidates));
        return new DeskPage(
                waiting,
                candidates,
                first + 1,
                all.size() < RANKED ? Format.count(all.size()) : Format.count(RANKED) + " or more",
                first == 0 ? null : href(asked, first - PAGE),
                end == all.size() ? null : href(asked, end),
                strategies(asked.strategy()),
                asked.strategy(),
                chosen,
                asked.by(),
                query(asked),
                chosen == null ? "" : chosen.page().uid(),
                asked.done(),
                asked.problem());
    }

    private @Nullable Chosen chosen(@Nullable String wanted, List<String> order) {
        String uid = wanted != null && !wanted.isBlank() ? wanted : order.isEmpty() ? null : order.getFirst();
        if (uid == null) {
            return null;
        }
        Feature feature = features.find(uid).orElse(null);
        if (feature == null) {
            return null;
        }
        String path = "/v1/features/" + Services.segment(uid);
        CompletableFuture<Answer> report = services.ask(Service.AUTOINTERP, path + "?examples=false");
        CompletableFuture<Answer> examples =
                services.ask(Service.AUTOINTERP, path + "/examples" + ExampleTabs.query(null, 0));
        return DeskPage.chosen(feature, concerns.find(uid).orElse(null), report.join(), examples.join(), order);
    }

    private static String href(Asked asked, int from) {
        return "/desk?" + query(asked) + "&from=" + from;
    }

    private static String query(Asked asked) {
        return "by=" + Services.segment(asked.by()) + "&strategy=" + Services.segment(asked.strategy());
    }

    private static List<Choice> strategies(String chosen) {
        return ArmKind.names().stream()
                .map(kind -> new Choice(kind, kind.equals(chosen)))
                .toList();
    }
}
