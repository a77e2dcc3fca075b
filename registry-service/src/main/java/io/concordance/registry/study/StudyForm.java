package io.concordance.registry.study;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.registry.page.TokenText;
import io.concordance.registry.study.peer.RegisteredModel;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The form that a study is sent with.
 *
 * @param models registered ones to choose from, {@code bases} the same for the base model
 * @param request names what is sent, so that sending it twice is one study
 * @param limit how much may be sent, such as {@code 80 MB}
 * @param problem why no model can be chosen; null when they can
 * @param refused why what was sent is refused; null when nothing was
 */
record StudyForm(
        List<Choice> models,
        List<Choice> bases,
        List<Choice> reviews,
        String request,
        String limit,
        @Nullable String problem,
        @Nullable Refused refused) {

    record Choice(String value, String name, boolean chosen) {}

    /** @param field empty where no field is at fault; {@code given} empty where nothing was */
    record Refused(String field, String given, String expected) {
        static Refused of(FieldProblem problem) {
            String given = problem.given();
            return new Refused(
                    TokenText.plain(problem.field()),
                    given == null ? "" : TokenText.plain(given),
                    TokenText.plain(problem.allowed()));
        }

        static Refused of(String why) {
            return new Refused("", "", TokenText.plain(why));
        }
    }

    /** What was chosen when the form was sent; empty texts for nothing. */
    record Sent(String model, String base, String review, String request) {
        static final Sent NOTHING = new Sent("", "", ReviewMode.PEOPLE.wireName(), "");
    }

    static StudyForm of(
            List<RegisteredModel> models, Sent sent, long limit, @Nullable String problem, @Nullable Refused refused) {
        return new StudyForm(
                models.stream().map(model -> choice(model, sent.model())).toList(),
                models.stream().map(model -> choice(model, sent.base())).toList(),
                List.of(
                        review(ReviewMode.PEOPLE, "people, at the desk", sent),
                        review(ReviewMode.STAND_IN, "stand-ins, which nobody stands behind", sent)),
                sent.request().isEmpty() ? UUID.randomUUID().toString() : sent.request(),
                String.format(Locale.ROOT, "%,d MB", limit >> 20),
                problem,
                refused);
    }

    private static Choice choice(RegisteredModel model, String chosen) {
        return new Choice(
                model.id(),
                TokenText.plain(model.name()) + ", " + model.id(),
                model.id().equals(chosen));
    }

    private static Choice review(ReviewMode mode, String name, Sent sent) {
        return new Choice(mode.wireName(), name, mode.wireName().equals(sent.review()));
    }
}
