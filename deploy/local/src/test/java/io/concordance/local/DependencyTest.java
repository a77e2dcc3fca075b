package io.concordance.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DependencyTest {

    private static final Set<String> NEED_SERVERS =
            Set.of("KafkaBroker", "ObjectStore", "PostgresServer", "LocalStack");

    @Test
    void whatOtherModulesUseNeedsNothingButTheJdk() {
        DescribedPredicate<JavaClass> allowed = DescribedPredicate.describe(
                "of the JDK or of the JDK-only part",
                type -> type.getPackageName().startsWith("java.")
                        || type.isPrimitive()
                        || type.isArray()
                        || type.getPackageName().equals("org.jspecify.annotations")
                        || (type.getPackageName().equals("io.concordance.local") && !needsServers(type)));

        classes()
                .that(DescribedPredicate.describe("are not about one server", type -> !needsServers(type)))
                .should()
                .onlyDependOnClassesThat(allowed)
                .check(new ClassFileImporter()
                        .importClasses(
                                LocalStackProcess.class,
                                StackEndpoints.class,
                                StackPorts.class,
                                PortBook.class,
                                FlatJson.class,
                                PrivateFiles.class,
                                OrphanedPostgres.class,
                                RootDrop.class));
    }

    private static boolean needsServers(JavaClass type) {
        return NEED_SERVERS.contains(type.getSimpleName());
    }
}
