package io.concordance.registry.incident;

import io.concordance.contracts.incident.IncidentSnapshot;
import io.concordance.contracts.release.ReleaseManifest;
import java.util.List;
import java.util.Optional;

/** Releases that monitors may have been armed with. */
interface Releases {

    Optional<ReleaseManifest> manifest(String digest);

    /** Ids of the release's rules that fire on a session, in the order of the manifest. */
    List<String> firing(ReleaseManifest release, IncidentSnapshot session);
}
