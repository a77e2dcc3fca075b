package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads ONNX files that came from outside. Large weights stay in their files, so a model costs little memory whatever
 * its size; the files must outlive the message. Every problem is a {@link FieldProblem} on {@code onnx}.
 */
public final class OnnxFile {
    private static final String FIELD = "onnx";
    /** Domains of nodes. Files that ONNX Runtime wrote import all of its own, used or not. */
    private static final Set<String> DOMAINS =
            Set.of("", "ai.onnx", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc");

    private OnnxFile() {}

    /** As {@link #read(Path, Map)}, for a model that holds all its weights. */
    public static ModelProto read(Path file) {
        return read(file, Map.of());
    }

    /**
     * The model of a file with its graph checked, every residual sum made a value of its own (see {@link SkipNorms}).
     *
     * @param data the file behind each external-data location, in the folder of {@code file}
     */
    public static ModelProto read(Path file, Map<String, Path> data) {
        return SkipNorms.exposed(readAsIs(file, data));
    }

    /** As {@link #read(Path, Map)}, computing nothing but what the file says. */
    public static ModelProto readAsIs(Path file, Map<String, Path> data) {
        ModelProto model = ExternalData.bind(parse(file), file, data);
        check(model);
        return model;
    }

    /** Locations of external data that a file names: relative paths that stay below the file's folder. */
    public static SortedSet<String> externalData(Path file) {
        return ExternalData.locations(parse(file).model());
    }

    /** Folder of the files that a model's weights lie in; null for a model that was not read from a file. */
    public static @Nullable Path folder(ModelProto model) {
        return ExternalData.folder(model);
    }

    private static Skeleton parse(Path file) {
        try (FileChannel channel = FileChannel.open(file);
                Arena arena = Arena.ofConfined()) {
            return Skeleton.of(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(ModelProto model) {
        if (!model.hasGraph() || model.getGraph().getNodeCount() == 0 || model.getOpsetImportCount() == 0) {
            throw new FieldProblem(FIELD, null, "an ONNX file with a graph of nodes and an operator set");
        }
        checkNodes(model.getGraph());
        model.getGraph().getSparseInitializerList().forEach(OnnxFile::checkStored);
        RuntimeShapes.check(OnnxGraph.of(model));
    }

    private static void checkNodes(GraphProto graph) {
        for (NodeProto node : graph.getNodeList()) {
            if (!DOMAINS.contains(node.getDomain())) {
                throw new FieldProblem(
                        FIELD,
                        node.getOpType() + " of '" + node.getDomain() + "'",
                        "operators of ONNX or ONNX Runtime only");
            }
            for (AttributeProto attribute : node.getAttributeList()) {
                List<TensorProto> tensors = attribute.hasT() ? List.of(attribute.getT()) : attribute.getTensorsList();
                tensors.forEach(OnnxFile::checkStored);
                if (attribute.hasSparseTensor()) {
                    checkStored(attribute.getSparseTensor());
                }
                attribute.getSparseTensorsList().forEach(OnnxFile::checkStored);
                List<GraphProto> graphs = attribute.hasG() ? List.of(attribute.getG()) : attribute.getGraphsList();
                graphs.forEach(inner -> {
                    inner.getInitializerList().forEach(OnnxFile::checkStored);
                    inner.getSparseInitializerList().forEach(OnnxFile::checkStored);
                    checkNodes(inner);
                });
            }
        }
    }

    private static void checkStored(SparseTensorProto sparse) {
        if (!RuntimeShapes.fits(sparse.getDimsList())) {
            throw new FieldProblem(FIELD, "a sparse tensor " + sparse.getDimsList(), "sparse tensors of a sane shape");
        }
        checkStored(sparse.getValues());
        checkStored(sparse.getIndices());
    }

    private static void checkStored(TensorProto tensor) {
        if (ExternalData.isExternal(tensor)) {
            throw new FieldProblem(
                    FIELD,
                    "external data of '" + tensor.getName() + "'",
                    "external data for weights of the main graph only");
        }
        Tensors.checkInline(tensor);
    }
}
