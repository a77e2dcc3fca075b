package io.concordance.registry.concern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.release.ConcernLevel;
import io.concordance.kit.problem.ProblemException;
import io.concordance.registry.concern.Reading.Rate;
import io.concordance.registry.feature.Grade;
import io.concordance.registry.feature.ReviewState;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConcernServiceTest {
    private static final Requirement READ_50 = new Requirement("j-1", "off-policy", 50, null);
    private static final Requirement CALIBRATED = new Requirement("j-1", "off-policy", 50, "gpt");

    private final Desk desk = new Desk();

    @Test
    void aNameWrittenOtherwiseIsTheSamePerson() {
        desk.propose(Desk.STRONG, ConcernLevel.HIGH, "Ada Lovelace");
        for (String disguised :
                List.of(" ada  lovelace", "ADA\u00a0LOVELACE", "a\u200bda lovelace", "\uff21da lovelace")) {
            assertThatThrownBy(() -> desk.approve(Desk.STRONG, disguised))
                    .as(disguised)
                    .isInstanceOfSatisfying(
                            FieldProblem.class, e -> assertThat(e.field()).isEqualTo("by"));
        }
        desk.approve(Desk.STRONG, "bob");
        assertStatus(409, () -> desk.approve(Desk.STRONG, "B\u00adob"));
        assertThat(desk.approve(Desk.STRONG, "cyd").state()).isEqualTo(ReviewState.APPROVED);
    }

    @Test
    void anAmendedProposalStartsItsReviewsAnewAndNamesTheStateItReplaces() {
        desk.propose(Desk.STRONG, ConcernLevel.HIGH, "ada");
        desk.approve(Desk.STRONG, "bob");
        Proposal medium = Desk.proposal(ConcernLevel.MEDIUM, "ada");

        assertStatus(428, () -> desk.service.amend(Desk.STRONG, medium, null));
        assertStatus(412, () -> desk.service.amend(Desk.STRONG, medium, IfMatch.parse("\"1-0\"")));
        assertStatus(412, () -> desk.service.amend(Desk.STRONG, medium, IfMatch.parse("W/\"1-1\"")));
        assertThatThrownBy(() -> desk.service.amend(
                        Desk.STRONG, Desk.proposal(ConcernLevel.MEDIUM, "eve"), IfMatch.parse("\"1-1\"")))
                .isInstanceOf(FieldProblem.class);

        Concern amended = desk.service.amend(Desk.STRONG, medium, IfMatch.parse("\"9-9\", \"1-1\""));
        assertThat(amended.version()).isEqualTo("2-0");
        assertThat(amended.reviews()).isEmpty();
        assertStatus(428, () -> desk.approve(Desk.STRONG, "bob"));
        assertStatus(412, () -> desk.approve(Desk.STRONG, "bob", "\"1-1\""));
        assertThat(desk.approve(Desk.STRONG, "bob", "\"2-0\"").state()).isEqualTo(ReviewState.APPROVED);
        assertStatus(409, () -> desk.service.amend(Desk.STRONG, medium, IfMatch.parse("*")));
        assertThat(desk.trail.noted()).containsExactly("ada proposed", "bob reviewed", "ada amended", "bob reviewed");
    }

    @Test
    void anIfMatchThatIsNoListOfEntityTagsIsRefused() {
        for (String header : List.of("1-0", "\"1-0", "\"a\" \"b\"", "", "\"a\",x", "\"" + "a".repeat(2000) + "\"")) {
            assertThatThrownBy(() -> IfMatch.parse(header)).as(header).isInstanceOf(FieldProblem.class);
        }
        assertThat(IfMatch.parse("\"a\" , W/\"b\"").versions()).containsExactly("a", "weak b");
    }

    @Test
    void aLevelComesIntoForceOnlyWhenWhatItRequiresWasRead() {
        desk.propose(Desk.STRONG, ConcernLevel.HIGH, "ada", READ_50);
        assertThat(desk.approve(Desk.STRONG, "bob").state()).isEqualTo(ReviewState.PROPOSED);

        desk.readings = required -> List.of(Reading.of(READ_50, 49, 200, List.of(), null));
        assertThatThrownBy(() -> desk.approve(Desk.STRONG, "cyd"))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.status()).isEqualTo(409))
                .hasMessageContaining("49 of 50 items read");
        assertThat(desk.latest.get(Desk.STRONG).reviews()).hasSize(1);

        desk.readings = required -> List.of(Reading.of(READ_50, 50, 200, List.of(), null));
        Concern approved = desk.approve(Desk.STRONG, "cyd");
        assertThat(approved.state()).isEqualTo(ReviewState.APPROVED);
        assertThat(approved.readings()).extracting(Reading::read).containsExactly(50);
    }

    @Test
    void whatRestsOnAnInterventionIsNotApprovedBeforeItsAnswersAreRead() {
        List<Requirement> own = List.of(new Requirement("j-9", "iti", 20, "gpt"), READ_50);
        Concern proposed = desk.service.propose(Desk.STRONG, resting(own, Desk.TRIAL));

        assertThat(proposed.requirements())
                .containsExactly(
                        new Requirement("j-9", "iti", 50, "gpt"), READ_50, new Requirement("j-9", "base", 50, null));
        assertThat(desk.service.propose(Desk.STRONG, resting(own, Desk.TRIAL)))
                .as("the same again")
                .isEqualTo(proposed);
        desk.readings = required -> required.stream()
                .map(each -> Reading.of(each, each.arm().equals("base") ? 49 : 50, 50, List.of(), null))
                .toList();
        assertThatThrownBy(() -> desk.approve(Desk.STRONG, "bob")).hasMessageContaining("49 of 50 items read");
    }

    @Test
    void aProposalThatRestsOnAnInterventionNamesOneThatHasCompleted() {
        for (String trial : new String[] {null, " ", "t-2"}) {
            assertThatThrownBy(() -> desk.service.propose(Desk.STRONG, resting(List.of(), trial)))
                    .isInstanceOfSatisfying(
                            FieldProblem.class, e -> assertThat(e.field()).isEqualTo("intervention"));
        }
        assertThat(desk.latest).isEmpty();
    }

    private static Proposal resting(List<Requirement> requirements, @Nullable String trial) {
        return new Proposal(
                ConcernLevel.MEDIUM, "its heads carry it", "ada", Proposal.INTERVENTION, requirements, trial);
    }

    @Test
    void aRejectionNeedsNoReading() {
        desk.propose(Desk.STRONG, ConcernLevel.MEDIUM, "ada", READ_50);
        Review reject = new Review("bob", Verdict.REJECT, "an artefact");
        assertThat(desk.service.review(Desk.STRONG, reject, "1-0").state()).isEqualTo(ReviewState.REJECTED);
    }

    @Test
    void aJudgeWithoutCalibrationBlocksAndOneWithItIsKeptWithItsInterval() {
        desk.propose(Desk.STRONG, ConcernLevel.MEDIUM, "ada", CALIBRATED);
        desk.readings = required -> List.of(
                Reading.of(CALIBRATED, 80, 200, List.of(), "labels.negative: given '40', expected 100 or more"));
        assertThatThrownBy(() -> desk.approve(Desk.STRONG, "bob"))
                .hasMessageContaining("judge gpt is not calibrated")
                .hasMessageContaining("expected 100 or more");
        Rate rate = new Rate("rogan-gladen", 0.4, 0.3, 0.5, 200, 120, 130);
        desk.readings = required -> List.of(Reading.of(CALIBRATED, 250, 300, List.of(rate), null));
        assertThat(desk.approve(Desk.STRONG, "bob").readings().getFirst().rates())
                .containsExactly(rate);
    }

    @Test
    void theRegistryMayAskForReadingAtALevelWhateverTheProposalRequires() {
        desk.leastReadForHigh = 60;
        desk.readings = required -> required.stream()
                .map(r -> Reading.of(r, 50, 200, List.of(), null))
                .toList();
        desk.propose(Desk.STRONG, ConcernLevel.HIGH, "ada", READ_50);
        desk.approve(Desk.STRONG, "bob");
        assertThatThrownBy(() -> desk.approve(Desk.STRONG, "cyd")).hasMessageContaining("level high: 50 of 60 items");
        assertThat(desk.service.promotion(Desk.STRONG).missing()).containsExactly("level high: 50 of 60 items read");
        desk.leastReadForHigh = 50;
        assertThat(desk.approve(Desk.STRONG, "cyd").state()).isEqualTo(ReviewState.APPROVED);
    }

    @Test
    void aProposalThatChangedWhileItsReadingsWereLookedUpIsNotApproved() {
        desk.propose(Desk.STRONG, ConcernLevel.MEDIUM, "ada", READ_50);
        desk.readings = required -> {
            desk.service.amend(
                    Desk.STRONG, Desk.proposal(ConcernLevel.MEDIUM, "ada", CALIBRATED), IfMatch.parse("\"1-0\""));
            return List.of(Reading.of(READ_50, 50, 200, List.of(), null));
        };
        assertStatus(409, () -> desk.approve(Desk.STRONG, "bob", "*"));
        assertThat(desk.latest.get(Desk.STRONG).version()).isEqualTo("2-0");
    }

    @Test
    void badRequirementsAreRefusedWithTheirPlace() {
        for (Requirement bad : List.of(
                new Requirement("", "a", 1, null),
                new Requirement("j", " ", 1, null),
                new Requirement("j", "a", 0, null),
                new Requirement("j", "a", 1, "x".repeat(201)))) {
            assertThatThrownBy(() -> desk.propose(Desk.STRONG, ConcernLevel.LOW, "ada", READ_50, bad))
                    .isInstanceOfSatisfying(
                            FieldProblem.class, e -> assertThat(e.field()).startsWith("requirements[1]."));
        }
        assertThatThrownBy(() -> desk.propose(Desk.STRONG, ConcernLevel.LOW, "ada", READ_50, CALIBRATED))
                .hasMessageContaining("each arm of a judging once");
        assertThatThrownBy(() -> desk.propose(Desk.STRONG, ConcernLevel.LOW, "a\ud800"))
                .isInstanceOf(FieldProblem.class);
    }

    @Test
    void aGradeIsComputedAgainFromTheEvidenceThatIsKept() {
        Concern concern = desk.propose(Desk.STRONG, ConcernLevel.HIGH, "ada");
        GradeCheck check = GradeCheck.of(
                new io.concordance.registry.feature.Feature(
                        Desk.STRONG,
                        "sha256:d",
                        1,
                        null,
                        null,
                        concern.evidence(),
                        Grade.E2,
                        ReviewState.PROPOSED,
                        ConcernLevel.HIGH),
                concern);
        assertThat(check.recomputed()).isEqualTo(Grade.E1);
        assertThat(check.equal()).isFalse();
        assertThat(check.arms().getFirst().associates()).isTrue();
        assertThat(check.proposal().equal()).isTrue();
    }

    @Test
    void highNeedsMoreThanAWordAndReadingsOfAnotherServiceAreReadAsItTellsThem() {
        assertStatus(422, () -> desk.propose(Desk.WEAK, ConcernLevel.HIGH, "ada"));
        JudgedReadings.Listing listing = new JudgedReadings.Listing(List.of(new JudgedReadings.Arm(
                "off-policy",
                300,
                new JudgedReadings.People(60),
                List.of(new JudgedReadings.Judge("gpt", List.of(), "labels.positive: given '3', expected 100")))));
        assertThat(JudgedReadings.of(READ_50, listing).problem()).isNull();
        assertThat(JudgedReadings.of(CALIBRATED, listing).problem()).contains("given '3'");
        assertThat(JudgedReadings.of(new Requirement("j-1", "benign", 1, null), listing)
                        .problem())
                .contains("no arm benign");
        assertThat(JudgedReadings.of(new Requirement("j-1", "off-policy", 1, "other"), listing)
                        .problem())
                .contains("no such judge");
    }

    @Test
    void whatIsBadInAGameAloneIsOfMediumConcernAtMost() {
        assertThatThrownBy(() -> desk.propose(Desk.PLAYED, ConcernLevel.HIGH, "ada"))
                .hasMessageContaining("outside of role-play");
        Concern medium = desk.propose(Desk.PLAYED, ConcernLevel.MEDIUM, "ada");

        assertStatus(
                422,
                () -> desk.service.amend(
                        Desk.PLAYED, Desk.proposal(ConcernLevel.HIGH, "ada"), new IfMatch(List.of(medium.version()))));
        assertThat(desk.latest.get(Desk.PLAYED).level()).isEqualTo(ConcernLevel.MEDIUM);
        assertThat(medium.grade()).isEqualTo(Grade.E1);
    }

    private static void assertStatus(int status, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.status()).isEqualTo(status));
    }
}
