package io.concordance.capture.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.onnxruntime.OrtSession;
import io.concordance.contracts.problem.FieldProblem;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceChoiceTest {
    private static final Function<Device.Cuda, Optional<String>> USABLE = cuda -> Optional.empty();
    private static final Function<Device.Cuda, Optional<String>> ABSENT = cuda -> Optional.of("no driver");

    @Test
    void takesTheDeviceAskedFor() {
        assertThat(DeviceChoice.of("cpu", 0, USABLE).device()).isEqualTo(Device.cpu());
        assertThat(DeviceChoice.of("cuda:3", 1024, USABLE).device()).isEqualTo(new Device.Cuda(3, 1024));
    }

    @Test
    void goesToTheProcessorWhenNothingElseCanBeUsed() {
        assertThat(DeviceChoice.of("auto", 0, USABLE).device()).isEqualTo(new Device.Cuda(0, 0));

        DeviceChoice choice = DeviceChoice.of("auto", 0, ABSENT);

        assertThat(choice.device()).isEqualTo(Device.cpu());
        assertThat(choice.reason()).contains("no driver");
    }

    @Test
    void failsWhenTheDeviceAskedForCannotBeUsed() {
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> DeviceChoice.of("cuda:1", 0, ABSENT))
                .withMessageContaining("cuda:1")
                .withMessageContaining("no driver")
                .extracting(FieldProblem::field)
                .isEqualTo("concordance.capture.device");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gpu", "cuda", "cuda:", "cuda:-1", "cuda:x", "cuda:9999", "CPU", " cpu"})
    void refusesWhatIsNoDevice(String setting) {
        assertThatExceptionOfType(FieldProblem.class)
                .isThrownBy(() -> DeviceChoice.of(setting, 0, USABLE))
                .withMessageContaining("auto, cpu, or cuda:N");
    }

    @Test
    void findsNoCudaInABuildForTheProcessor() throws Exception {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            assertThatExceptionOfType(Exception.class).isThrownBy(() -> new Device.Cuda(0, 1 << 20).use(options));
        }
    }

    @Test
    void hasOneOnnxRuntimeOnly() throws Exception {
        List<URL> runtimes =
                Collections.list(getClass().getClassLoader().getResources("ai/onnxruntime/OrtEnvironment.class"));

        assertThat(runtimes).hasSize(1);
    }
}
