package io.concordance.registry.study;

import io.concordance.contracts.problem.FieldProblem;
import io.concordance.contracts.study.StudyFile;
import io.concordance.kit.access.Roles;
import io.concordance.registry.page.HtmlResource;
import io.concordance.registry.page.HtmlResource.FormSender;
import io.concordance.registry.peer.PeerRefusal;
import io.concordance.registry.peer.PeerUnavailable;
import io.concordance.registry.study.StudyForm.Refused;
import io.concordance.registry.study.StudyForm.Sent;
import io.concordance.registry.study.StudyIntake.Chosen;
import io.concordance.registry.study.peer.Peers;
import io.concordance.registry.study.peer.RegisteredModel;
import io.quarkus.qute.Template;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.multipart.FileUpload;
import org.jspecify.annotations.Nullable;

/** Studies sent from a page, with the files that they name. */
@Path("/studies/new")
@Blocking
@Produces(MediaType.TEXT_HTML)
@RolesAllowed(Roles.SUBMITTER)
class StudyFormResource {
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int UNPROCESSABLE = 422;
    private static final int UNAVAILABLE = 503;

    private final Template studyform;
    private final StudyIntake intake;
    private final Peers peers;
    private final MemorySize limit;

    StudyFormResource(
            Template studyform,
            StudyIntake intake,
            Peers peers,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
        this.studyform = studyform;
        this.intake = intake;
        this.peers = peers;
        this.limit = limit;
    }

    @GET
    public Response form() {
        return page(Sent.NOTHING, null, OK);
    }

    @POST
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    public Response send(
            @BeanParam FormSender sender,
            @RestForm @Nullable FileUpload study,
            @RestForm("files") @Nullable List<FileUpload> files,
            @RestForm @Nullable String model,
            @RestForm @Nullable String base,
            @RestForm @Nullable String review,
            @RestForm @Nullable String request) {
        sender.requireOwn();
        Sent sent = new Sent(
                text(model), text(base), text(review), id(text(request)).toString());
        try {
            if (study == null || study.fileName().isBlank()) {
                throw new FieldProblem("study", null, "a study file");
            }
            StudyStatus begun = intake.take(
                    new StudyFiles(StudyFile.read(study.uploadedFile()), named(files)),
                    new Chosen(orNull(sent.model()), orNull(sent.base())),
                    sent.review(),
                    UUID.fromString(sent.request()));
            return Response.seeOther(URI.create("/studies/" + begun.id())).build();
        } catch (FieldProblem e) {
            return page(sent, Refused.of(e), BAD_REQUEST);
        } catch (PeerRefusal e) {
            return page(sent, Refused.of(String.valueOf(e.getMessage())), UNPROCESSABLE);
        } catch (PeerUnavailable e) {
            return page(sent, Refused.of(e.getMessage() + "; nothing has begun, send it again"), UNAVAILABLE);
        }
    }

    private Response page(Sent sent, @Nullable Refused refused, int status) {
        List<RegisteredModel> models = List.of();
        String problem = null;
        try {
            models = peers.models();
        } catch (PeerUnavailable | PeerRefusal e) {
            problem = "The capture service cannot be reached: which models it has is missing here.";
        }
        StudyForm form = StudyForm.of(models, sent, limit.asLongValue(), problem, refused);
        return HtmlResource.page(studyform.data("page", form), status);
    }

    /** Files by the last part of their names; a browser sends one without a name where none was chosen. */
    private static Map<String, java.nio.file.Path> named(@Nullable List<FileUpload> files) {
        Map<String, java.nio.file.Path> named = new HashMap<>();
        for (FileUpload file : files == null ? List.<FileUpload>of() : files) {
            String name = StudyFiles.name(file.fileName());
            if (!name.isBlank() && named.put(name, file.uploadedFile()) != null) {
                throw new FieldProblem("files", name, "every file name once");
            }
        }
        return named;
    }

    private static UUID id(String request) {
        try {
            return UUID.fromString(request);
        } catch (IllegalArgumentException e) {
            return UUID.randomUUID();
        }
    }

    private static String text(@Nullable String given) {
        return given == null ? "" : given.strip();
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
