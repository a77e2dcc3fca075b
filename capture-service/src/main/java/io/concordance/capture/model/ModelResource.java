package io.concordance.capture.model;

import io.concordance.capture.CaptureConfig;
import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;
import org.jspecify.annotations.Nullable;

/** {@code /v1/models}. */
@Path("/v1/models")
@Produces(MediaType.APPLICATION_JSON)
class ModelResource {
    private static final int MAX_PAGE = 200;

    private final Models models;
    private final CaptureConfig config;

    ModelResource(Models models, CaptureConfig config) {
        this.models = models;
        this.config = config;
    }

    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    public Response register(
            @RestForm @Nullable String name,
            @RestForm @Nullable FileUpload onnx,
            @RestForm @Nullable FileUpload tokenizer) {
        if (name == null || !name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
            throw new FieldProblem("name", name, "1 to 100 letters, digits, dots, dashes and underscores");
        }
        Models.Registration registration = models.register(
                name,
                file("onnx", onnx, config.model().maxOnnxBytes()),
                file("tokenizer", tokenizer, config.model().maxTokenizerBytes()));
        URI location = URI.create("/v1/models/" + registration.model().id());
        return (registration.created()
                        ? Response.created(location)
                        : Response.ok().location(location))
                .entity(registration.model())
                .build();
    }

    @GET
    public Page<RegisteredModel> list(
            @QueryParam("cursor") @Nullable String cursor, @QueryParam("limit") @DefaultValue("50") int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new FieldProblem("limit", limit, "1 to " + MAX_PAGE);
        }
        return models.list(cursor, limit);
    }

    @GET
    @Path("/{id}")
    public RegisteredModel get(@PathParam("id") String id) {
        return models.find(id).orElseThrow(() -> ProblemException.notFound("model", id));
    }

    private static java.nio.file.Path file(String field, @Nullable FileUpload upload, long maxBytes) {
        if (upload == null) {
            throw new FieldProblem(field, null, "a file");
        }
        if (upload.size() > maxBytes) {
            throw new FieldProblem(field, upload.size() + " bytes", "at most " + maxBytes + " bytes");
        }
        return upload.uploadedFile();
    }
}
