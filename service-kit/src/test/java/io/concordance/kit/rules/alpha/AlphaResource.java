package io.concordance.kit.rules.alpha;

import io.concordance.kit.rules.beta.Helper;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.core.Response;

public class AlphaResource {
    public record Request(Response.Status status) {}

    Helper helper = new Helper();

    @GET
    public String open() {
        return "to all";
    }
}
