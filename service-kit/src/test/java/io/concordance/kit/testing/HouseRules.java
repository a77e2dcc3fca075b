package io.concordance.kit.testing;

import static com.tngtech.archunit.core.domain.properties.CanBeAnnotated.Predicates.annotatedWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.function.Predicate;

/**
 * The walls inside a service. Test classes are not looked at; a nested class counts as its outermost one.
 *
 * <pre>{@code
 * @Test
 * void packagesKeepTheirWalls() {
 *     HouseRules.check("io.concordance.trainer", "io.concordance.trainer.kernel..");
 * }
 * }</pre>
 */
public final class HouseRules {
    public static final ArchRule ONLY_RESOURCES_KNOW_REST = noClasses()
            .that(outermostName("does not end in Resource", name -> !name.endsWith("Resource")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.ws.rs..");

    public static final ArchRule ONLY_POSTGRES_CLASSES_KNOW_SQL = noClasses()
            .that(outermostName("does not start with Postgres", name -> !name.startsWith("Postgres")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.jdbi..", "java.sql..", "javax.sql..");

    public static final ArchRule ONLY_MODEL_KNOWS_ONNX_RUNTIME = noClasses()
            .that()
            .resideOutsideOfPackage("..model..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.onnxruntime..");

    public static final ArchRule ONLY_THE_STORE_KNOWS_S3 = noClasses()
            .that()
            .resideOutsideOfPackage("io.concordance.kit.store")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.minio..");

    public static final ArchRule ONLY_STORE_CHAT_AND_WEBHOOK_KNOW_THE_HTTP_CLIENT = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.concordance.kit.store", "io.concordance.interp.chat", "io.concordance.registry.webhook")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("okhttp3..");

    /** A consumer that merely fails would stop its channel for good. */
    public static final ArchRule CONSUMERS_TRY_UNTIL_A_RECORD_IS_HANDLED = methods()
            .that()
            .areAnnotatedWith("org.eclipse.microprofile.reactive.messaging.Incoming")
            .should()
            .beAnnotatedWith("io.concordance.kit.inbox.UntilHandled")
            .allowEmptyShould(true);

    /** What names no roles would refuse everybody; nothing may be open to all. */
    public static final ArchRule ENDPOINTS_SAY_WHO_MAY_CALL_THEM = methods()
            .that()
            .areMetaAnnotatedWith("jakarta.ws.rs.HttpMethod")
            .should()
            .beAnnotatedWith("jakarta.annotation.security.RolesAllowed")
            .orShould()
            .beDeclaredInClassesThat(annotatedWith("jakarta.annotation.security.RolesAllowed"))
            .allowEmptyShould(true);

    private HouseRules() {}

    /** The packages right below {@code root} do not depend on each other in a circle. */
    public static ArchRule featuresAreFreeOfCycles(String root) {
        return slices().matching(root + ".(*)..").should().beFreeOfCycles().allowEmptyShould(true);
    }

    /** Pure computation stays usable without a server. */
    public static ArchRule numericsKnowNoFramework(String... packages) {
        return noClasses()
                .that()
                .resideInAnyPackage(packages)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "jakarta..", "io.smallrye..", "org.eclipse.microprofile..");
    }

    /**
     * Checks everything against what a service ships.
     *
     * @param root the service's package
     * @param numerics packages that hold pure computation, in ArchUnit's notation; each must have classes
     */
    public static void check(String root, String... numerics) {
        JavaClasses shipped = shipped(root);
        featuresAreFreeOfCycles(root).check(shipped);
        ONLY_RESOURCES_KNOW_REST.check(shipped);
        ONLY_POSTGRES_CLASSES_KNOW_SQL.check(shipped);
        ONLY_MODEL_KNOWS_ONNX_RUNTIME.allowEmptyShould(true).check(shipped);
        ONLY_THE_STORE_KNOWS_S3.allowEmptyShould(true).check(shipped);
        ONLY_STORE_CHAT_AND_WEBHOOK_KNOW_THE_HTTP_CLIENT.allowEmptyShould(true).check(shipped);
        CONSUMERS_TRY_UNTIL_A_RECORD_IS_HANDLED.check(shipped);
        ENDPOINTS_SAY_WHO_MAY_CALL_THEM.check(shipped);
        for (String pure : numerics) {
            numericsKnowNoFramework(pure).check(shipped);
        }
    }

    /** The classes below {@code root}, without tests. */
    static JavaClasses shipped(String root) {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(root);
    }

    private static DescribedPredicate<JavaClass> outermostName(String description, Predicate<String> name) {
        return DescribedPredicate.describe("whose outermost name " + description, type -> {
            JavaClass outermost = type;
            while (outermost.getEnclosingClass().isPresent()) {
                outermost = outermost.getEnclosingClass().get();
            }
            return name.test(outermost.getSimpleName());
        });
    }
}
