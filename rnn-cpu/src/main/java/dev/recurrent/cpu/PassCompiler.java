package dev.recurrent.cpu;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.cpu.PassCode.Shape;
import dev.recurrent.cpu.PassCode.Step;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.util.BitSet;

/**
 * Writes the bytecode of a {@link PassCode}: a hidden class with one loop over rows and one over
 * vectors of columns. What has one number a row is computed once a row.
 *
 * <p>For {@code y = sigmoid(x + p)} with a vector p it is what one would write by hand:
 *
 * <pre>{@code
 * for (int r = 0; r < rows; r++) {
 *   int p0 = offsets[0] + r * strides[0]; ...
 *   for (int c = 0; c < columns; c += L) {
 *     var v0 = FloatVector.fromArray(SPECIES, a0, p0 + c);
 *     var v1 = FloatVector.fromArray(SPECIES, a1, p1 + c);
 *     VectorMath.sigmoid(v0.add(v1)).intoArray(a2, p2 + c);
 *   }
 * }
 * }</pre>
 */
final class PassCompiler {
  private static final ClassDesc PASS = ClassDesc.of("dev.recurrent.cpu.Pass");
  private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.FloatVector");
  private static final ClassDesc ANY_VECTOR = ClassDesc.of("jdk.incubator.vector.Vector");
  private static final ClassDesc SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
  private static final ClassDesc FLOATS = CD_float.arrayType();
  private static final ClassDesc INTS = CD_int.arrayType();
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(CD_void, FLOATS.arrayType(), INTS, INTS, CD_int, CD_int);
  private static final MethodTypeDesc INTO_ARRAY = MethodTypeDesc.of(CD_void, FLOATS, CD_int);
  private static final MethodTypeDesc BINARY = MethodTypeDesc.of(VECTOR, ANY_VECTOR);

  private static final int ARRAYS = 1;
  private static final int OFFSETS = 2;
  private static final int STRIDES = 3;
  private static final int ROWS = 4;
  private static final int COLUMNS = 5;

  private final PassCode pass;
  private final int[] arrays; // slots, by operand
  private final int[] positions; // slots, by operand
  private final int[] values; // slots, by step
  private final BitSet live;
  private final VectorBodies bodies = new VectorBodies();
  private int c;

  private PassCompiler(PassCode pass) {
    this.pass = pass;
    arrays = new int[pass.operands()];
    positions = new int[pass.operands()];
    values = new int[pass.steps().size()];
    live = pass.live();
  }

  /** Compiles a pass; the name appears in profiles. */
  static Pass compile(String name, PassCode pass) {
    var compiler = new PassCompiler(pass);
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of("dev.recurrent.cpu." + name.replaceAll("[^A-Za-z0-9]", "_")),
                builder ->
                    builder
                        .withSuperclass(PASS)
                        .withFlags(AccessFlag.FINAL)
                        .withMethodBody(
                            INIT_NAME,
                            MTD_void,
                            0,
                            m -> m.aload(0).invokespecial(PASS, INIT_NAME, MTD_void).return_())
                        .withMethodBody("run", RUN, 0, compiler::emit));
    try {
      var lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return (Pass) lookup.lookupClass().getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("pass %s: cannot be defined".formatted(name), e);
    }
  }

  private void emit(CodeBuilder code) {
    emitOperands(code);
    emitConstants(code);
    int r = code.allocateLocal(TypeKind.INT);
    c = code.allocateLocal(TypeKind.INT);
    var rowTest = code.newLabel();
    var rowTop = code.newLabel();
    var columnTest = code.newLabel();
    var columnTop = code.newLabel();
    code.iconst_0().istore(r).goto_(rowTest).labelBinding(rowTop);
    emitPositions(code, r);
    emitSteps(code, Shape.ROW);
    code.iconst_0().istore(c).goto_(columnTest).labelBinding(columnTop);
    emitSteps(code, Shape.FULL);
    code.iload(c).loadConstant(Lanes.COUNT).iadd().istore(c);
    code.labelBinding(columnTest).iload(c).iload(COLUMNS).if_icmplt(columnTop);
    code.iinc(r, 1);
    code.labelBinding(rowTest).iload(r).iload(ROWS).if_icmplt(rowTop);
    code.return_();
  }

  private void emitOperands(CodeBuilder code) {
    for (int k = 0; k < arrays.length; k++) {
      arrays[k] = code.allocateLocal(TypeKind.REFERENCE);
      positions[k] = code.allocateLocal(TypeKind.INT);
      code.aload(ARRAYS).loadConstant(k).aaload().astore(arrays[k]);
    }
  }

  private void emitConstants(CodeBuilder code) {
    for (int i = 0; i < values.length; i++) {
      if (live.get(i) && pass.steps().get(i) instanceof Step.Constant constant) {
        species(code).loadConstant(constant.value());
        broadcast(code);
        keep(code, i);
      }
    }
  }

  private void emitPositions(CodeBuilder code, int r) {
    for (int k = 0; k < positions.length; k++) {
      code.aload(OFFSETS).loadConstant(k).iaload();
      code.iload(r).aload(STRIDES).loadConstant(k).iaload().imul().iadd();
      code.istore(positions[k]);
    }
  }

  private void emitSteps(CodeBuilder code, Shape shape) {
    for (int i = 0; i < values.length; i++) {
      var step = pass.steps().get(i);
      if (live.get(i) && step.shape() == shape) {
        emitStep(code, i, step);
      }
    }
  }

  private void emitStep(CodeBuilder code, int i, Step step) {
    switch (step) {
      case Step.Constant _ -> {} // before the loops
      case Step.Load load -> {
        species(code).aload(arrays[load.index()]).iload(positions[load.index()]);
        if (load.shape() == Shape.FULL) {
          code.iload(c).iadd();
          code.invokestatic(
              VECTOR, "fromArray", MethodTypeDesc.of(VECTOR, SPECIES, FLOATS, CD_int));
        } else {
          code.faload();
          broadcast(code);
        }
        keep(code, i);
      }
      case Step.Unary unary -> {
        code.aload(values[unary.a()]);
        emitUnary(code, unary.op());
        keep(code, i);
      }
      case Step.Binary binary -> {
        code.aload(values[binary.a()]).aload(values[binary.b()]);
        emitBinary(code, binary.op());
        keep(code, i);
      }
      case Step.MultiplyAdd fma -> {
        code.aload(values[fma.a()]).aload(values[fma.b()]).aload(values[fma.c()]);
        VectorBodies.emitFma(code);
        keep(code, i);
      }
      case Step.Store store -> emitStore(code, store);
      case Step.StoreRow store -> emitStoreRow(code, store);
    }
  }

  private void emitStore(CodeBuilder code, Step.Store store) {
    code.aload(values[store.value()]);
    code.aload(arrays[store.index()]).iload(positions[store.index()]).iload(c).iadd();
    code.invokevirtual(VECTOR, "intoArray", INTO_ARRAY);
  }

  private void emitStoreRow(CodeBuilder code, Step.StoreRow store) {
    int scratch = arrays[store.scratch()];
    int at = positions[store.scratch()];
    code.aload(values[store.value()]).aload(scratch).iload(at);
    code.invokevirtual(VECTOR, "intoArray", INTO_ARRAY);
    code.aload(arrays[store.index()]).iload(positions[store.index()]);
    code.aload(scratch).iload(at).faload().fastore();
  }

  private void emitUnary(CodeBuilder code, UnaryOp op) {
    switch (op) {
      case NEGATE -> code.invokevirtual(VECTOR, "neg", MethodTypeDesc.of(VECTOR));
      case SQRT -> code.invokevirtual(VECTOR, "sqrt", MethodTypeDesc.of(VECTOR));
      case SIGMOID -> bodies.emit(code, "sigmoid");
      case TANH -> bodies.emit(code, "tanh");
      case RELU -> bodies.emit(code, "relu");
      case EXP -> bodies.emit(code, "exp");
      case LOG -> bodies.emit(code, "log");
      case RECIPROCAL -> bodies.emit(code, "reciprocal");
      case SOFTPLUS -> bodies.emit(code, "softplus");
    }
  }

  private void emitBinary(CodeBuilder code, BinaryOp op) {
    switch (op) {
      case PLUS -> code.invokevirtual(VECTOR, "add", BINARY);
      case MINUS -> code.invokevirtual(VECTOR, "sub", BINARY);
      case TIMES -> code.invokevirtual(VECTOR, "mul", BINARY);
      case DIVIDE -> code.invokevirtual(VECTOR, "div", BINARY);
      case MAX -> code.invokevirtual(VECTOR, "max", BINARY);
      case MIN -> code.invokevirtual(VECTOR, "min", BINARY);
      case GREATER -> bodies.emitBinary(code, "greater");
    }
  }

  private void keep(CodeBuilder code, int step) {
    values[step] = code.allocateLocal(TypeKind.REFERENCE);
    code.astore(values[step]);
  }

  private static CodeBuilder species(CodeBuilder code) {
    return code.getstatic(ClassDesc.of("dev.recurrent.cpu.Lanes"), "SPECIES", SPECIES);
  }

  private static void broadcast(CodeBuilder code) {
    code.invokestatic(VECTOR, "broadcast", MethodTypeDesc.of(VECTOR, SPECIES, CD_float));
  }
}
