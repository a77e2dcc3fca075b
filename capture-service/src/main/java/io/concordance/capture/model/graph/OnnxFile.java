package io.concordance.capture.model.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.concordance.contracts.problem.FieldProblem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Reads ONNX files that came from outside. Every problem is a {@link FieldProblem} on {@code onnx}. */
public final class OnnxFile {
    private static final String FIELD = "onnx";
    private static final Set<String> DOMAINS = Set.of("", "ai.onnx", "ai.onnx.ml", "com.microsoft");

    private OnnxFile() {}

    /** The model of a file, with its graph checked for what surgery relies on. */
    public static ModelProto read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            CodedInputStream coded = CodedInputStream.newInstance(in);
            coded.setSizeLimit(Integer.MAX_VALUE);
            ModelProto model = ModelProto.parseFrom(coded);
            check(model);
            return model;
        } catch (InvalidProtocolBufferException e) {
            throw new FieldProblem(FIELD, null, "an ONNX file (" + e.getMessage() + ")");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void check(ModelProto model) {
        if (!model.hasGraph() || model.getGraph().getNodeCount() == 0 || model.getOpsetImportCount() == 0) {
            throw new FieldProblem(FIELD, null, "an ONNX file with a graph of nodes and an operator set");
        }
        model.getOpsetImportList().forEach(opset -> {
            if (!DOMAINS.contains(opset.getDomain())) {
                throw new FieldProblem(FIELD, opset.getDomain(), "operators of ONNX or ONNX Runtime only");
            }
        });
        if (model.getTrainingInfoCount() > 0) {
            throw new FieldProblem(FIELD, "training_info", "an inference graph");
        }
        refuseExternalData(model.getGraph());
        OnnxGraph.of(model);
    }

    private static void refuseExternalData(GraphProto graph) {
        graph.getInitializerList().forEach(OnnxFile::refuseExternalData);
        graph.getSparseInitializerList().forEach(sparse -> {
            refuseExternalData(sparse.getValues());
            refuseExternalData(sparse.getIndices());
        });
        for (NodeProto node : graph.getNodeList()) {
            for (AttributeProto attribute : node.getAttributeList()) {
                refuseExternalData(attribute.getT());
                attribute.getTensorsList().forEach(OnnxFile::refuseExternalData);
                refuseExternalData(attribute.getG());
                attribute.getGraphsList().forEach(OnnxFile::refuseExternalData);
            }
        }
    }

    private static void refuseExternalData(TensorProto tensor) {
        if (tensor.getDataLocation() == DataLocation.EXTERNAL || tensor.getExternalDataCount() > 0) {
            throw new FieldProblem(
                    FIELD, "external data of '" + tensor.getName() + "'", "a file that holds all its weights");
        }
    }
}
