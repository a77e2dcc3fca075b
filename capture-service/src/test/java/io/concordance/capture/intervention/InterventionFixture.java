package io.concordance.capture.intervention;

import io.concordance.capture.model.Edit;
import io.concordance.capture.model.graph.EditSite;
import java.util.List;

/** Edits for tests of other packages. */
public final class InterventionFixture {
    private InterventionFixture() {}

    public static ArmEdits everywhere(EditSite site, Edit edit) {
        return new ArmEdits(List.of(site), List.of(new ArmEdits.Bound(0, 0, edit, Positions.ALL)), null);
    }
}
