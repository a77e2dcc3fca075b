package io.concordance.trainer.dictionary;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Roles;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;
import org.jspecify.annotations.Nullable;

/** {@code /v1/dictionaries/imports}. */
@Path("/v1/dictionaries/imports")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Roles.SUBMITTER)
class ImportResource {
    private final DictionaryImports imports;

    ImportResource(DictionaryImports imports) {
        this.imports = imports;
    }

    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    public Response take(
            @RestForm @Nullable String name,
            @RestForm @Nullable String model,
            @RestForm @Nullable String hook,
            @RestForm @Nullable List<String> jobs,
            @RestForm @Nullable List<String> arms,
            @RestForm @Nullable FileUpload config,
            @RestForm @Nullable FileUpload weights) {
        DictionaryImports.Order order = new DictionaryImports.Order(
                name, model, hook, jobs == null ? List.of() : jobs, arms == null ? List.of() : arms);
        DictionaryImports.Taken taken = imports.take(order, file("config", config), file("weights", weights));
        URI location = URI.create("/v1/dictionaries/" + taken.run().id());
        return (taken.created()
                        ? Response.accepted().location(location)
                        : Response.ok().location(location))
                .entity(taken.run())
                .build();
    }

    private static java.nio.file.Path file(String field, @Nullable FileUpload upload) {
        if (upload == null) {
            throw new FieldProblem(field, null, "a file");
        }
        return upload.uploadedFile();
    }
}
