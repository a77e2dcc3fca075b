package io.concordance.kit.testing;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The rules, held against two small packages that break every one of them. */
class HouseRulesTest {
    private static final String ROOT = "io.concordance.kit.rules";
    private final JavaClasses examples = new ClassFileImporter().importPackages(ROOT);

    @Test
    void aCircleOfFeaturesIsFound() {
        refuses(HouseRules.featuresAreFreeOfCycles(ROOT), "Cycle detected", "alpha", "beta");
    }

    @Test
    void restOutsideOfResourcesIsFoundAndInsideIsFine() {
        refuses(HouseRules.ONLY_RESOURCES_KNOW_REST, "Helper");
        passes(HouseRules.ONLY_RESOURCES_KNOW_REST, "AlphaResource");
    }

    @Test
    void sqlOutsideOfPostgresClassesIsFoundAndInsideIsFine() {
        refuses(HouseRules.ONLY_POSTGRES_CLASSES_KNOW_SQL, "Helper");
        passes(HouseRules.ONLY_POSTGRES_CLASSES_KNOW_SQL, "PostgresAlphas");
    }

    @Test
    void theS3ClientOutsideOfTheStoreIsFound() {
        refuses(HouseRules.ONLY_THE_STORE_KNOWS_S3, "Helper");
    }

    @Test
    void aFrameworkInNumericsIsFound() {
        refuses(HouseRules.numericsKnowNoFramework(ROOT + ".beta.."), "Helper");
    }

    @Test
    void aConsumerThatGivesUpIsFound() {
        refuses(HouseRules.CONSUMERS_TRY_UNTIL_A_RECORD_IS_HANDLED, "Helper.on");
    }

    @Test
    void anEndpointThatIsOpenToAllIsFound() {
        refuses(HouseRules.ENDPOINTS_SAY_WHO_MAY_CALL_THEM, "AlphaResource");
    }

    @Test
    void numericsThatAreNotThereAreNotTakenForClean() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() ->
                        HouseRules.numericsKnowNoFramework(ROOT + ".nowhere..").check(examples))
                .withMessageContaining("failed to check any classes");
    }

    @Test
    void theKitKeepsItsOwnPackagesFreeOfCircles() {
        assertThatCode(() -> HouseRules.featuresAreFreeOfCycles("io.concordance.kit")
                        .check(HouseRules.shipped("io.concordance.kit")))
                .doesNotThrowAnyException();
    }

    private void refuses(ArchRule rule, String... reasons) {
        var failure = assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> rule.check(examples));
        for (String reason : reasons) {
            failure.withMessageContaining(reason);
        }
    }

    private void passes(ArchRule rule, String outermost) {
        JavaClasses only = examples.that(DescribedPredicate.describe(
                "is " + outermost, type -> type.getName().contains("." + outermost)));
        assertThatCode(() -> rule.allowEmptyShould(true).check(only)).doesNotThrowAnyException();
    }
}
