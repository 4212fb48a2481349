// Runs a model in ONNX Runtime on a wave that is the same every time, and on real input where there is some, and writes inputs and outputs as tensors of the format.
// Usage: NODE_PATH=<peers folder>/node_modules node ort_reference.js FOLDER [INPUTS]
// with FOLDER/model.onnx; writes FOLDER/test_data_set_0 for the wave, and further ones for INPUTS/speech.raw (16 bits, 16 kHz) and INPUTS/NAME-WIDTHxHEIGHT.rgb.
const ort = require('onnxruntime-node'), fs = require('fs'), path = require('path');
const types = { float32: [1, Float32Array], uint8: [2, Uint8Array], int8: [3, Int8Array], int32: [6, Int32Array], int64: [7, BigInt64Array], bool: [9, Uint8Array], float64: [11, Float64Array] };
const varint = n => { const out = []; for (n = BigInt(n); n > 127n; n >>= 7n) out.push(Number(n & 127n) | 128); out.push(Number(n)); return Buffer.from(out); };
const block = (field, bytes) => Buffer.concat([varint(field << 3 | 2), varint(bytes.length), bytes]);
const tensor = t => Buffer.concat([
  ...t.dims.map(d => Buffer.concat([varint(1 << 3), varint(d)])), varint(2 << 3), varint(types[t.type][0]), block(9, Buffer.from(t.data.buffer, t.data.byteOffset, t.data.byteLength))]);
// A size that is open: one image, three colours, 320 pixels a side; half a second of sound.
const open = (rank, axis) => rank === 4 ? [1, 3, 320, 320][axis] : rank === 2 && axis === 1 ? 512 : 1;
const states = ['h', 'c', 'state'];
// How a network wants its pixels: as they are, or around zero.
const scale = name => name.includes('retinaface') ? v => v : name.includes('_det_') ? (v, c) => (v / 255 - [0.485, 0.456, 0.406][c]) / [0.229, 0.224, 0.225][c] : v => v / 127.5 - 1;

(async () => {
  const [folder, inputs] = process.argv.slice(2), session = await ort.InferenceSession.create(path.join(folder, 'model.onnx')), feeds = {};
  let sets = 0;
  const run = async keep => {
    const out = await session.run(feeds);
    if (!keep) return out;
    const target = path.join(folder, `test_data_set_${sets++}`);
    fs.mkdirSync(target, { recursive: true });
    session.inputNames.forEach((name, i) => fs.writeFileSync(path.join(target, `input_${i}.pb`), tensor(feeds[name])));
    session.outputNames.forEach((name, i) => fs.writeFileSync(path.join(target, `output_${i}.pb`), tensor(out[name])));
    return out;
  };
  for (const { name, type, shape } of session.inputMetadata) {
    const dims = shape.map((d, axis) => typeof d === 'number' && d > 0 ? d : open(shape.length, axis)), count = dims.reduce((a, b) => a * b, 1), array = new types[type][1](count);
    // Sampling rates are what they are; states begin with zeros; all else is a wave.
    for (let i = 0; i < count; i++)
      if (name === 'sr') array[i] = 16000n;
      else if (type.startsWith('float')) array[i] = states.includes(name) ? 0 : Math.sin(i * 0.1) * Math.cos(i * 0.0037);
      else array[i] = type === 'int64' ? BigInt(i * 7 % 100) : i * 7 % 100;
    feeds[name] = new ort.Tensor(type, array, dims);
  }
  await run(true);
  const first = session.inputNames[0], dims = feeds[first].dims;
  if (inputs && session.inputNames.includes('sr')) {
    // Speech, piece by piece, each with the states that the one before left.
    const sound = fs.readFileSync(path.join(inputs, 'speech.raw'));
    for (const name of states) if (feeds[name]) feeds[name] = new ort.Tensor('float32', new Float32Array(feeds[name].data.length), feeds[name].dims);
    for (let piece = 0; (piece + 1) * 1024 <= sound.length && sets < 13; piece++) {
      feeds[first] = new ort.Tensor('float32', Float32Array.from({ length: 512 }, (_, i) => sound.readInt16LE(2 * (piece * 512 + i)) / 32768), dims);
      const out = await run(piece % 5 === 4);
      for (const name of states) if (feeds[name]) feeds[name] = out[`${name}N`] ?? out[`${name}n`];
    }
  } else if (inputs && dims.length === 4 && dims[1] === 3)
    for (const file of fs.readdirSync(inputs).filter(f => f.endsWith('.rgb')).sort()) {
      const [, width, height] = /-(\d+)x(\d+)\.rgb$/.exec(file).map(Number), shape = session.inputMetadata[0].shape;
      if ([[2, height], [3, width]].some(([axis, size]) => typeof shape[axis] === 'number' && shape[axis] > 0 && shape[axis] !== size)) continue;
      const pixels = fs.readFileSync(path.join(inputs, file)), plane = width * height, change = scale(folder);
      feeds[first] = new ort.Tensor('float32', Float32Array.from({ length: 3 * plane }, (_, i) => change(pixels[i % plane * 3 + Math.floor(i / plane)], Math.floor(i / plane))), [1, 3, height, width]);
      // A size that the network cannot take, such as one that is not a multiple of its steps, is left out.
      await run(true).catch(() => { });
    }
  console.log(`${folder}: ${sets} sets, ${session.inputNames.map(n => `${n}[${feeds[n].dims}]`)}`);
})().catch(error => { console.error(`${process.argv[2]}: ${error.message}`); process.exit(1); });
