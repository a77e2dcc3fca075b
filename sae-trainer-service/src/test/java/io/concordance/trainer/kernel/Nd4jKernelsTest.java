package io.concordance.trainer.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The matrix algebra of ND4J gives what the reference gives, phase by phase. */
class Nd4jKernelsTest {
    /** Relative to the largest element of what is compared. */
    private static final double TOLERANCE = 1e-5;

    static Stream<KernelParityTest.Case> cases() {
        return KernelParityTest.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyPhaseIsCloseToTheReference(KernelParityTest.Case sample) {
        try (StepKernels scalar = new ScalarKernels(sample.shape());
                StepKernels nd4j = new Nd4jKernels(sample.shape())) {
            new StepComparison(sample, scalar, nd4j, TOLERANCE).run(3);
        }
    }

    @Test
    void aStepLeavesNoRowOfADeadFeatureUnfinished() {
        KernelShape shape = new KernelShape(6, 5, 4);
        try (StepKernels nd4j = new Nd4jKernels(shape)) {
            new StepFixture(shape, 2).load(nd4j);
            nd4j.put(Parameter.DECODER, Quantity.VALUE, new float[Parameter.DECODER.size(shape)]);
            nd4j.centre(new float[shape.batch() * shape.width()], 1);
            nd4j.select(new Selection.TopK(1));
            nd4j.decode(Objective.reconstruction(shape.features()));
            nd4j.groupByFeature();
            nd4j.gradients();
            nd4j.update(AdamStep.at(1, 0, 0.9, 0.999, 1e-8, 1));

            assertThat(nd4j.get(Parameter.DECODER, Quantity.VALUE)).containsOnly(0);
        }
    }

    @Test
    void aBuildWithoutNd4jSaysSo() throws Exception {
        URL[] without = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("nd4j"))
                .map(Nd4jKernelsTest::url)
                .toArray(URL[]::new);
        try (URLClassLoader build = new URLClassLoader(without, ClassLoader.getPlatformClassLoader())) {
            Class<?> shape = build.loadClass(KernelShape.class.getName());
            Class<?> processor = build.loadClass(Processor.class.getName());
            Object nd4j = processor
                    .getMethod("of", String.class, String.class, int.class, String.class)
                    .invoke(null, "nd4j", "cublas", 1, "off");
            Object one = shape.getConstructor(int.class, int.class, int.class).newInstance(1, 1, 1);

            assertThatThrownBy(() -> build.loadClass(Kernels.class.getName())
                            .getMethod("open", shape, processor, String.class)
                            .invoke(null, one, nd4j, null))
                    .isInstanceOf(InvocationTargetException.class)
                    .cause()
                    .hasMessageContaining("concordance.trainer.device")
                    .hasMessageContaining("-Pnd4j");
        }
    }

    private static URL url(String entry) {
        try {
            return new File(entry).toURI().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
