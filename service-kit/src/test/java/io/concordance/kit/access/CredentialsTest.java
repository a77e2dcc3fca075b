package io.concordance.kit.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.concordance.contracts.digest.Digests;
import io.concordance.contracts.problem.FieldProblem;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CredentialsTest {
    @Test
    void aTokenIsKnownByItsDigestAndNothingElseIs() {
        Credentials credentials =
                new Credentials(List.of("# who", "", "registry submitter,monitor " + Digests.sha256("s3cret")));

        assertThat(credentials.find("s3cret")).contains(new Holder("registry", Set.of(Roles.SUBMITTER, Roles.MONITOR)));
        assertThat(credentials.find("other")).isEmpty();
        assertThat(credentials.find(Digests.sha256("s3cret"))).isEmpty();
    }

    @Test
    void aFileWithAnUnknownRoleOrATokenTwiceIsRefusedWithItsLine() {
        String token = Digests.sha256("t");
        for (List<String> lines : List.of(
                List.of("a auditor " + token, "b trainor " + token),
                List.of("a auditor " + token, "b trainer, " + token),
                List.of("a auditor " + token, "b trainer " + token),
                List.of("# a", "b trainer t"))) {
            assertThatThrownBy(() -> new Credentials(lines))
                    .isInstanceOfSatisfying(
                            FieldProblem.class, e -> assertThat(e.field()).endsWith("line 2"));
        }
    }
}
