package io.concordance.trainer.step;

import io.concordance.trainer.kernel.Parameter;
import io.concordance.trainer.kernel.Quantity;
import io.concordance.trainer.kernel.StepKernels;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tensors of one kind as they are in the kernels, each copied out whenever it is asked for. */
final class LiveTensors extends AbstractMap<Parameter, float[]> {
    private final StepKernels kernels;
    private final Quantity quantity;

    LiveTensors(StepKernels kernels, Quantity quantity) {
        this.kernels = kernels;
        this.quantity = quantity;
    }

    @Override
    public float @Nullable [] get(@Nullable Object key) {
        return key instanceof Parameter parameter ? kernels.get(parameter, quantity) : null;
    }

    @Override
    public Set<Map.Entry<Parameter, float[]>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Map.Entry<Parameter, float[]>> iterator() {
                return Arrays.stream(Parameter.values())
                        .map(parameter -> Map.entry(parameter, kernels.get(parameter, quantity)))
                        .iterator();
            }

            @Override
            public int size() {
                return Parameter.values().length;
            }
        };
    }
}
