package io.concordance.capture.model;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.kit.access.Roles;
import io.concordance.kit.page.Page;
import io.concordance.kit.problem.ProblemException;
import jakarta.annotation.security.RolesAllowed;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;
import org.jspecify.annotations.Nullable;

/** {@code /v1/models}. */
@Path("/v1/models")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.SUBMITTER, Roles.REVIEWER, Roles.RELEASER, Roles.AUDITOR, Roles.TRAINER})
class ModelResource {
    private static final int MAX_PAGE = 200;

    private final Models models;

    ModelResource(Models models) {
        this.models = models;
    }

    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @RolesAllowed(Roles.SUBMITTER)
    public Response register(
            @RestForm @Nullable String name,
            @RestForm @Nullable FileUpload onnx,
            @RestForm @Nullable FileUpload tokenizer,
            @RestForm @Nullable FileUpload tokenizerConfig,
            @RestForm("data") @Nullable List<FileUpload> data) {
        Map<String, java.nio.file.Path> parts = new HashMap<>();
        parts.put(ModelStaging.ONNX, file("onnx", onnx));
        parts.put(ModelStaging.TOKENIZER, file("tokenizer", tokenizer));
        if (tokenizerConfig != null) {
            parts.put(ModelStaging.TOKENIZER_CONFIG, tokenizerConfig.uploadedFile());
        }
        Map<String, java.nio.file.Path> weights = new HashMap<>();
        for (FileUpload file : data == null ? List.<FileUpload>of() : data) {
            if (weights.put(file.fileName(), file.uploadedFile()) != null) {
                throw new FieldProblem("data", file.fileName(), "each file once");
            }
        }
        return register(name, new UploadedSource(parts, weights), ModelStaging.ONNX);
    }

    /**
     * A model that lies somewhere already.
     *
     * @param source where its files are
     */
    record ModelRequest(@Nullable String name, @Nullable Source source) {}

    /**
     * One of the first two.
     *
     * @param s3 {@code s3://bucket/prefix/}
     * @param folder path below a folder that is open for models
     * @param onnx path of the graph in it; {@code model.onnx} when absent
     */
    record Source(
            @Nullable String s3,
            @Nullable String folder,
            @Nullable String onnx) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @RolesAllowed(Roles.SUBMITTER)
    public Response register(@Nullable ModelRequest request) {
        if (request == null) {
            throw new FieldProblem("", null, "a JSON object with name and source");
        }
        Source source = request.source;
        if (source == null || (source.s3 == null) == (source.folder == null)) {
            throw new FieldProblem("source", null, "one of s3 and folder");
        }
        String onnx = source.onnx == null ? ModelStaging.ONNX : source.onnx;
        if (!onnx.matches("(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/){0,8}[A-Za-z0-9_-][A-Za-z0-9._-]*")) {
            throw new FieldProblem("source.onnx", onnx, "a relative path of letters, digits, dots, dashes and slashes");
        }
        return register(
                request.name,
                source.s3 != null ? models.stored(source.s3) : models.folder(Objects.requireNonNull(source.folder)),
                onnx);
    }

    private Response register(@Nullable String name, ModelSource source, String onnx) {
        if (name == null || !name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
            throw new FieldProblem("name", name, "1 to 100 letters, digits, dots, dashes and underscores");
        }
        Models.Registration registration = models.register(name, source, onnx);
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

    /**
     * A hook point as it is asked for.
     *
     * @param shape dimensions; numbers are fixed
     */
    record HookPointView(
            String name,
            @Nullable String alias,
            @Nullable String kind,
            @Nullable Integer layer,
            String tensor,
            List<Object> shape,
            @Nullable Integer heads) {
        static HookPointView of(HookPoint hook) {
            return new HookPointView(
                    hook.name(),
                    hook.alias(),
                    hook.kind(),
                    hook.layer(),
                    hook.tensor(),
                    List.of("batch", "sequence", hook.width()),
                    hook.heads());
        }
    }

    @GET
    @Path("/{id}/hook-points")
    public Page<HookPointView> hookPoints(@PathParam("id") String id) {
        return new Page<>(get(id).hooks().stream().map(HookPointView::of).toList(), null);
    }

    private static java.nio.file.Path file(String field, @Nullable FileUpload upload) {
        if (upload == null) {
            throw new FieldProblem(field, null, "a file");
        }
        return upload.uploadedFile();
    }
}
