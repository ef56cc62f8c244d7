# escape=`
FROM mcr.example.com/windows/servercore:ltsc2022
SHELL ["powershell", "-Command", "$ErrorActionPreference = 'Stop';"]
WORKDIR C:\app
COPY app.exe C:\app\
RUN Get-ChildItem | Select-Object Name
CMD ["C:\\app\\app.exe"]
