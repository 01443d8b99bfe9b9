{{- define "callwright.name" -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "callwright.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end -}}

{{- /* The pods of one part: (dict "root" . "part" "api") */ -}}
{{- define "callwright.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end -}}

{{- define "callwright.controlPlaneImage" -}}
{{ .Values.image.controlPlane.repository }}:{{ .Values.image.controlPlane.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "callwright.agentWorkerImage" -}}
{{ .Values.image.agentWorker.repository }}:{{ .Values.image.agentWorker.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "callwright.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "callwright.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "callwright.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- define "callwright.settings" -}}
- name: CALLWRIGHT_PUBLIC_URL
  value: {{ required "publicUrl: the https address of this installation" .Values.publicUrl | quote }}
- name: CALLWRIGHT_API_URL
  value: http://{{ include "callwright.name" . }}-api:{{ .Values.api.service.port }}
- name: CALLWRIGHT_STORAGE_URL
  value: file:///var/lib/callwright/storage
- name: CALLWRIGHT_DATA_DIR
  value: /var/lib/callwright
- name: CALLWRIGHT_AGENT_SLOTS
  value: {{ .Values.agentWorker.slots | quote }}
- name: CALLWRIGHT_LOG_LEVEL
  value: {{ .Values.logLevel }}
- name: LIVEKIT_URL
  value: {{ required "livekitUrl: the ws or wss address of LiveKit" .Values.livekitUrl | quote }}
- name: OPENAI_BASE_URL
  value: {{ .Values.openaiBaseUrl | quote }}
{{- with .Values.otlpEndpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
{{- range $name, $value := .Values.extraSettings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- define "callwright.controlPlaneSecret" -}}
- secretRef:
    name: {{ required "controlPlaneSecret: the Secret with database, Redis, encryption and API keys" .Values.controlPlaneSecret }}
{{- end -}}

{{- define "callwright.storageClaim" -}}
{{ .Values.storage.existingClaim | default (printf "%s-storage" (include "callwright.name" .)) }}
{{- end -}}
