package io.concordance.capture.model;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession;
import io.concordance.capture.CaptureConfig;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The device of this process, chosen once; the process does not start on a device that cannot be used. */
@ApplicationScoped
class ModelDevice {
    private static final Logger LOG = Logger.getLogger(ModelDevice.class);

    private final Device device;

    ModelDevice(CaptureConfig config) {
        DeviceChoice choice = DeviceChoice.of(config.device(), config.cuda().memoryBytes(), ModelDevice::obstacle);
        LOG.infof(
                "Models run on %s (%s is %s): %s",
                choice.device(), DeviceChoice.FIELD, config.device(), choice.reason());
        this.device = choice.device();
    }

    void chooseAtStart(@Observes StartupEvent event) {
        device();
    }

    Device device() {
        return device;
    }

    /** Why ONNX Runtime cannot use a device; empty when it can. */
    private static Optional<String> obstacle(Device.Cuda cuda) {
        // Answers without loading the provider, which takes seconds.
        if (!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA)) {
            return Optional.of("this build has no CUDA; build it with -Pgpu");
        }
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            cuda.use(options);
            return Optional.empty();
        } catch (OrtException e) {
            return Optional.of(String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
        }
    }
}
