package io.concordance.registry.release;

import io.concordance.contracts.json.Json;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** Public keys and roles. A monitor compares the digest of what it gets here with one it got by another way. */
@Path("/v1/trust")
class TrustResource {
    private final ReleaseService releases;

    TrustResource(ReleaseService releases) {
        this.releases = releases;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public byte[] trust() {
        return Json.canonical(releases.trust());
    }
}
